"""What the photo search's page and its REST API share: from hostile uploads to parts that can be searched with."""

import numpy as np
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from PIL import Image

from catalog import appearance
from catalog.fetching import UnfetchableAddress, fetch
from catalog.monitoring.metrics import SEARCH_SECONDS
from catalog.pictures.decoding import DecodersBusy, UnreadablePicture, read_picture
from recommender import explore, neighbours
from recommender.models import Encoder
from recommender.photo import proposals, store
from recommender.photo.boxes import Box
from recommender.photo.eye import load_eye
from recommender.photo.kinds import with_kinds
from recommender.photo.proposals import Gallery, Proposals
from recommender.photo.seeing import LIKELY

MOST_PHOTOS = 5
SECONDS_UNTIL_FREE = 5


class PhotoProblem(Exception):
    """A photo cannot be searched with; the message tells a person what to do, `status` is the HTTP status.

    `seconds` is after how long it is worth to ask again, where it is.
    """

    def __init__(self, message: str, status: int, seconds: int | None = None):
        super().__init__(message)
        self.status = status
        self.headers = {"Retry-After": str(seconds)} if seconds else {}


def read_upload(upload: UploadedFile) -> Image.Image:
    """The RGB picture that somebody uploaded. Raises PhotoProblem."""
    if (upload.size or 0) > settings.PHOTO_BYTES_LIMIT:
        raise PhotoProblem(
            gettext("This file is too large; up to {most} MB work.").format(most=settings.PHOTO_BYTES_LIMIT >> 20), 413
        )
    return read_photo(upload.read())


def read_photo(content: bytes) -> Image.Image:
    """The RGB picture in these bytes, as large as photos are kept. Raises PhotoProblem."""
    try:
        return store.small(read_picture(content, at_least=store.LEAST))
    except UnreadablePicture as error:
        raise PhotoProblem(gettext("{problem} Please try another one.").format(problem=error), 400) from error
    except DecodersBusy as error:
        raise PhotoProblem(str(error), 503, SECONDS_UNTIL_FREE) from error


def takes_addresses() -> bool:
    """Whether shoppers may search with the address of a picture: who runs the server allows it, and staff want it."""
    return settings.PHOTO_FROM_ADDRESS and appearance.current().shows_photo_addresses


def read_address(address: str) -> Image.Image:
    """The RGB picture at an address of the internet. Raises PhotoProblem."""
    try:
        return read_photo(fetch(address, settings.PHOTO_BYTES_LIMIT))
    except UnfetchableAddress as error:
        raise PhotoProblem(str(error), 400) from error


def embed(encoder: Encoder, photo: Image.Image, box: Box) -> np.ndarray:
    """The embedding (d,) of a part of an RGB photo."""
    picture_encoder, part = encoder.load(), box.cut(photo)
    embedding = picture_encoder.encode(picture_encoder.prepare(part)[None])[0]
    sight = load_eye().look_at(part)
    return with_kinds(encoder.digest, embedding, sight.kinds) if sight.product >= LIKELY else embedding


@SEARCH_SECONDS.labels("photo").time()
def propose(encoder: Encoder, photo: Image.Image) -> Proposals:
    """What an RGB photo can be searched with among the products that this encoder embedded."""
    gallery = Gallery(lambda: explore.sample(encoder)[1], lambda embeddings: neighbours.closeness(encoder, embeddings))
    return proposals.propose(load_eye(), encoder.load(), photo, gallery)
