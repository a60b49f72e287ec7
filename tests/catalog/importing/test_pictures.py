"""Pictures as they come: in folders and zips, damaged, hostile."""

import stat
import zipfile

import pytest

from catalog.importing.pictures import Pictures, close_pictures, open_pictures
from catalog.importing.tables import UnusableFile
from tests.pictures import style, write_styles


def test_pictures_are_found_by_name_in_a_folder_and_in_a_zip(tmp_path):
    images = tmp_path / "images" / "deep"
    images.mkdir(parents=True)
    (images / "7.JPG").write_bytes(b"seven")
    (images / "._7.jpg").write_bytes(b"what macOS adds")
    (images / "notes.txt").write_bytes(b"")
    archive = tmp_path / "images.zip"
    with zipfile.ZipFile(archive, "w") as stream:
        for path in images.iterdir():
            stream.write(path, f"images/{path.name}")
    for place in (tmp_path / "images", archive):
        with Pictures(place) as pictures:
            assert list(pictures) == ["7"]
            assert pictures.read("7") == b"seven"
            assert pictures.suffix("7") == ".JPG"


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


def test_pictures_stay_open_until_their_zip_is_another_one(tmp_path):
    path = tmp_path / "images.zip"
    for sku in ("1", "2"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(f"{sku}.jpg", sku)
        pictures = open_pictures([str(path)])
        assert open_pictures([str(path)]) is pictures
        assert pictures.read(sku) == sku.encode()
    close_pictures()
    assert open_pictures([str(path)]) is not pictures
