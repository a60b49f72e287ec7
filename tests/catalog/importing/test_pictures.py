"""Pictures as they come: in folders and zips, damaged, hostile."""

import stat
import struct
import tracemalloc
import zipfile

import pytest

from catalog.importing import pictures as reading
from catalog.importing.pictures import PictureFile, Pictures
from catalog.importing.tables import UnusableFile
from tests.pictures import as_file, drawing, style, write_styles


def test_pictures_are_found_by_name_in_a_folder_and_in_a_zip(tmp_path):
    images = tmp_path / "images" / "deep"
    images.mkdir(parents=True)
    (images / "7.JPG").write_bytes(b"seven")
    (images / "._7.jpg").write_bytes(b"what macOS adds")
    (images / "notes.txt").write_bytes(b"words")
    (images / "empty").write_bytes(b"")
    archive = tmp_path / "images.zip"
    with zipfile.ZipFile(archive, "w") as stream:
        for path in sorted(images.iterdir()):
            stream.write(path, f"images/{path.name}")
    for place in (tmp_path / "images", archive):
        with Pictures(place) as pictures:
            assert list(pictures) == ["7"]
            assert "7" in pictures
            assert [(one.name.split("/")[-1], one.reason[:13]) for one in pictures.refused] == [
                ("empty", "is no picture"),
                ("notes.txt", "is no picture"),
                ("1 files", "are an operat"),
            ]
            assert pictures.read("7") == b"seven"
            assert pictures.files[0].suffix == ".JPG"


def test_entries_that_no_shop_should_touch_are_refused_by_name(tmp_path):
    link = zipfile.ZipInfo("link.jpg")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "images.zip", "w") as stream:
        stream.writestr(link, "/etc/passwd")
        stream.writestr("/etc/1.jpg", "")
        stream.writestr("C:\\2.jpg", "")
        stream.writestr("a/../../3.jpg", "")
        stream.writestr("more.zip", "")
        stream.writestr("bomb.jpg", bytes(20 << 20), zipfile.ZIP_DEFLATED)
        stream.writestr("good.jpg", "")
        stream.writestr("secret.jpg", "")
    content = bytearray((tmp_path / "images.zip").read_bytes())
    entry = content.rindex(b"secret.jpg") - 46
    assert content[entry : entry + 4] == b"PK\1\2"
    content[entry + 8] |= 1
    (tmp_path / "images.zip").write_bytes(content)
    with Pictures(tmp_path / "images.zip") as pictures:
        assert list(pictures) == ["good"]
        reasons = {refused.name: refused.reason for refused in pictures.refused}
    assert reasons.pop("bomb.jpg").startswith("unpacks to ")
    assert reasons == {
        "link.jpg": "is a link",
        "/etc/1.jpg": "has an absolute path",
        "C:\\2.jpg": "has an absolute path",
        "a/../../3.jpg": "climbs out of the archive",
        "more.zip": "is an archive in the archive; upload it by itself",
        "secret.jpg": "is encrypted",
    }


def test_pictures_come_from_several_places_and_the_first_of_a_name_counts(tmp_path):
    for name, skus in (("first", "12"), ("second", "23")):
        with zipfile.ZipFile(tmp_path / f"{name}.zip", "w") as stream:
            for sku in skus:
                stream.writestr(f"{sku}.jpg", name)
    with Pictures(tmp_path / "first.zip", tmp_path / "second.zip") as pictures:
        assert sorted(pictures) == ["1", "2", "3"]
        assert pictures.read("2") == b"first"
        assert pictures.read("3") == b"second"


def test_links_in_a_folder_are_refused(tmp_path):
    (tmp_path / "1.jpg").symlink_to("/etc/passwd")
    with Pictures(tmp_path) as pictures:
        assert len(pictures) == 0
        assert pictures.refused[0].reason == "is a link"


def test_an_entry_that_is_damaged_or_too_large_is_an_error_with_a_reason(tmp_path):
    archive = tmp_path / "images.zip"
    with zipfile.ZipFile(archive, "w") as stream:
        stream.writestr("1.jpg", b"some picture")
        stream.writestr("2.jpg", bytes(31 << 20))
    archive.write_bytes(archive.read_bytes().replace(b"some picture", b"same picture", 1))
    with Pictures(archive) as pictures:
        with pytest.raises(OSError, match="cannot be unpacked"):
            pictures.read("1")
        with pytest.raises(OSError, match="the limit is 31 MB"):
            pictures.read("2")


def test_a_path_that_is_neither_zip_nor_folder_is_refused(tmp_path):
    path = write_styles(tmp_path / "images.zip", [style("1")])
    with pytest.raises(UnusableFile, match="neither a folder nor a readable zip"):
        Pictures(path)


def test_what_a_file_is_called_says_nothing_where_its_bytes_do(tmp_path):
    for name, form in (("1", "JPEG"), ("2.dat", "PNG"), ("3.bin", "WEBP"), ("4.x", "HEIF"), ("5.y", "AVIF")):
        (tmp_path / name).write_bytes(as_file(drawing(1), form))
    for name, form in (("6.a", "GIF"), ("7.b", "TIFF"), ("8.c", "BMP"), ("9.hif", "HEIF")):
        (tmp_path / name).write_bytes(as_file(drawing(1), form))
    with Pictures(tmp_path) as pictures:
        assert len(pictures) == 9


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("a\\b\\71001.jpg", "71001"),
        ("71001 .JPG", "71001"),
        ("71001.jpg.jpeg", "71001"),
        (" 71001.Jpg ", "71001"),
        ("KLEID-GRU\u0308N.jpg", "kleid-grün"),
        ("97000003\u200b.jpg", "97000003"),
        ("12.50", "12.50"),
    ],
)
def test_a_name_is_read_as_people_mean_it(name, stem, tmp_path):
    with zipfile.ZipFile(tmp_path / "images.zip", "w") as archive:
        archive.writestr(name, as_file(drawing(1)))
    with Pictures(tmp_path / "images.zip") as pictures:
        assert [reading.folded(found) for found in pictures] == [stem]


@pytest.mark.parametrize("encoding", ["utf-8", "cp437", "cp850", "cp1252"])
def test_names_of_a_zip_that_does_not_say_how_it_writes_them_are_read_in_every_likely_way(tmp_path, encoding):
    plain = "KLEID-GRxN.jpg" if encoding != "utf-8" else "KLEID-GRxxN.jpg"
    with zipfile.ZipFile(tmp_path / "images.zip", "w") as archive:
        archive.writestr(plain, b"")
    content = (tmp_path / "images.zip").read_bytes()
    (tmp_path / "images.zip").write_bytes(content.replace(plain.encode(), "KLEID-GRÜN.jpg".encode(encoding)))
    with Pictures(tmp_path / "images.zip") as pictures:
        (file,) = pictures.files
        assert "KLEID-GRÜN.jpg" in file.readings


def test_an_entry_gives_no_more_than_it_declares(tmp_path):
    """It says 1,000 bytes, and holds 50 MB."""
    path = tmp_path / "images.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("1.jpg", bytes(50 << 20))
    content = path.read_bytes()
    path.write_bytes(content.replace(struct.pack("<I", 50 << 20), struct.pack("<I", 1000)))
    with Pictures(path) as pictures:
        tracemalloc.start()
        with pytest.raises(OSError, match="cannot be unpacked"):
            pictures.read("1")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 5 << 20


def test_an_entry_that_is_packed_in_an_unusual_way_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "images.zip", "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("1.jpg", bytes(1000))
    with Pictures(tmp_path / "images.zip") as pictures:
        assert "pack it again" in pictures.refused[0].reason


def test_a_file_is_read_by_any_of_its_names(tmp_path):
    (tmp_path / "ABC 1.JPG").write_bytes(b"\xff\xd8\xff")
    with Pictures(tmp_path) as pictures:
        assert pictures.read("abc  1") == b"\xff\xd8\xff"
        assert isinstance(pictures.files[0], PictureFile)
