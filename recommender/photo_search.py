"""From an uploaded file to the products that look like it: what the page and the REST API share."""

from dataclasses import dataclass

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from PIL import Image

from catalog.photos import UnreadablePicture, data_address, read_picture
from recommender.registry import active_encoder
from recommender.search import Match, similar_to_vector

PREVIEW_SIDE = 480


class PhotoProblem(Exception):
    """The upload cannot be searched with; the message tells a person what to do, `status` is the HTTP status."""

    def __init__(self, message: str, status: int):
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Found:
    """The products, best first, and the photo made small as a data address; the photo itself is not kept."""

    matches: list[Match]
    preview: str


def search_by_photo(upload: UploadedFile | None, count: int) -> Found:
    """The products that look most like the uploaded picture. Raises PhotoProblem."""
    if upload is None:
        raise PhotoProblem("Choose a picture first.", 400)
    if upload.size > settings.PHOTO_BYTES_LIMIT:
        raise PhotoProblem(f"This file is too large; up to {settings.PHOTO_BYTES_LIMIT >> 20} MB work.", 413)
    try:
        photo = read_picture(upload.read())
    except UnreadablePicture as error:
        raise PhotoProblem(f"{error} Please try another one.", 400) from error
    return Found(_similar(photo, count), data_address(photo, PREVIEW_SIDE))


def _similar(photo: Image.Image, count: int) -> list[Match]:
    encoder = active_encoder()
    network = encoder.load()
    return similar_to_vector(encoder, network.encode(network.prepare(photo)[None])[0], count)
