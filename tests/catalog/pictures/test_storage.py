"""Pictures on disk, named by what is in them."""

import pytest
from django.core.files.storage import default_storage

from catalog.pictures import storage
from catalog.pictures.decoding import UnreadablePicture
from tests.pictures import as_file, drawing

CONTENT = as_file(drawing(77))


def test_the_same_content_is_one_file_and_other_content_another():
    name, digest = storage.store(CONTENT, ".JPG")
    assert (name, digest) == storage.store(CONTENT, ".jpg")
    assert name == storage.name_of(digest, ".jpg")
    assert storage.store(as_file(drawing(78)), ".jpg") != (name, digest)
    with default_storage.open(name) as stream:
        assert stream.read() == CONTENT


def test_a_file_that_was_torn_off_is_written_again():
    name, _ = storage.store(CONTENT, ".jpg")
    with default_storage.open(name, "wb") as stream:
        stream.write(CONTENT[:100])
    assert storage.store(CONTENT, ".jpg")[0] == name
    assert default_storage.size(name) == len(CONTENT)


def test_a_stored_picture_is_loaded_or_the_reason_told():
    name, _ = storage.store(CONTENT, ".jpg")
    assert storage.load(name).size == (90, 120)
    assert storage.load_with_size(name, at_least=(20, 20))[1] == (90, 120)
    with pytest.raises(UnreadablePicture, match="not a JPEG"):
        storage.load(storage.store(b"nothing", ".jpg")[0])
    with pytest.raises(OSError, match="none"):
        storage.load("products/none.jpg")
