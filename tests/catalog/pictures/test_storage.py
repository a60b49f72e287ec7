"""Pictures named by what is in them, in a folder and in a bucket."""

import os
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from catalog.pictures import renditions, storage
from catalog.pictures.decoding import UnreadablePicture
from catalog.tasks import delete_abandoned_files
from tests.hardships import full_disk
from tests.pictures import as_file, drawing

CONTENT = as_file(drawing(77))


@pytest.mark.usefixtures("either_storage")
def test_the_same_content_is_one_file_and_other_content_another():
    name, digest = storage.store(CONTENT, ".JPG")
    assert (name, digest) == storage.store(CONTENT, ".jpg")
    assert name == storage.name_of(digest, ".jpg")
    assert storage.store(as_file(drawing(78)), ".jpg") != (name, digest)
    with default_storage.open(name) as stream:
        assert stream.read() == CONTENT


@pytest.mark.usefixtures("either_storage")
def test_a_file_that_was_torn_off_is_written_again():
    name, _ = storage.store(CONTENT, ".jpg")
    default_storage.save(name, ContentFile(CONTENT[:100]))
    assert storage.store(CONTENT, ".jpg")[0] == name
    assert default_storage.size(name) == len(CONTENT)


@pytest.mark.usefixtures("either_storage")
def test_a_stored_picture_is_loaded_or_the_reason_told():
    name, _ = storage.store(CONTENT, ".jpg")
    assert storage.load(name).size == (90, 120)
    assert storage.load_with_size(name, at_least=(20, 20))[1] == (90, 120)
    with pytest.raises(UnreadablePicture, match="not a JPEG"):
        storage.load(storage.store(b"nothing", ".jpg")[0])
    with pytest.raises(FileNotFoundError):
        storage.load("products/none.jpg")


def damage(name: str, content: bytes) -> None:
    Path(default_storage.path(name)).write_bytes(content)


def unfinished() -> list[Path]:
    return list(Path(settings.MEDIA_ROOT, "unfinished").iterdir())


def test_a_file_of_the_right_length_that_is_not_what_was_stored_is_no_picture_and_is_written_again():
    name, _ = storage.store(CONTENT, ".jpg")
    damage(name, CONTENT[:-100] + bytes(100))
    for load in (storage.load, lambda name: storage.load_with_size(name, (20, 20))):
        with pytest.raises(storage.TornPicture, match="import the picture again"):
            load(name)
    storage.store(CONTENT, ".jpg")
    assert storage.load(name).size == (90, 120)


def test_a_full_disk_leaves_nothing_half_written():
    content = as_file(drawing(987_654))
    with full_disk(), pytest.raises(OSError, match="too large"):
        storage.store(content, ".jpg")
    assert not default_storage.exists(storage.name_of(storage.digest_of(content), ".jpg"))
    assert unfinished() == []


def test_a_full_disk_leaves_no_half_rendition():
    name, digest = storage.store(as_file(drawing(80, (600, 800))), ".jpg")
    with full_disk(), pytest.raises(OSError, match="too large"):
        renditions.make(name, digest, [240])
    assert renditions.missing(digest, 600, name) == [240, 480]
    assert unfinished() == []


def test_what_a_killed_process_was_writing_is_deleted_an_hour_later():
    storage.store(as_file(drawing(81)), ".jpg")
    folder = Path(settings.MEDIA_ROOT, "unfinished")
    old, new = folder / "old", folder / "new"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 3700,) * 2)
    delete_abandoned_files()
    assert unfinished() == [new]
    new.unlink()
