"""From the bytes of a picture to its embedding, and from a phone's photo to results."""

import io
import random
import time
from functools import partial
from statistics import median

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from catalog.models import Product
from catalog.pictures.decoding import read_picture
from recommender.benchmark import visits
from recommender.benchmark.figures import Figure, Section, figure, timed
from recommender.benchmark.peers import keras_resnet50
from recommender.encoders import PictureEncoder, encode_all
from recommender.models import Encoder

PEERS = "Keras ResNet50 predict"
PICTURES = 256
PICTURES_OF_PEERS = 20
TWELVE_MEGAPIXELS = (3000, 4000)
PHOTOS = 20


def embedding(encoder: Encoder) -> Section:
    """What a picture takes, read from memory, alone in Keras and in batches here."""
    contents = [_content(name) for name in _images(PICTURES)]
    ours = encoder.load()
    ours.encode(ours.prepare(read_picture(contents[0]))[None])
    started = time.perf_counter()
    _, alone = encode_all(ours, map(read_picture, contents))
    whole = time.perf_counter() - started
    peer = keras_resnet50()
    peers = [_one_by_one(peer, contents[:PICTURES_OF_PEERS])] if peer else []
    baseline = peers[0].median if peers else None
    return Section(
        "A picture's embedding",
        "Decoding, preparing and encoding of the catalogue's own pictures, a picture.",
        f"{PEERS}, picture by picture",
        [
            *peers,
            figure("here, in batches", [whole / len(contents)], baseline),
            figure("… of it the encoder", [alone / len(contents)]),
        ],
    )


def of_peers(section: Section) -> float | None:
    """The milliseconds of a picture in Keras that the section compares with; None where Keras is not installed."""
    return next((figure.median for figure in section.figures if figure.what == PEERS), None)


def _one_by_one(peer: PictureEncoder, contents: list[bytes]) -> Figure:
    def embed(content: bytes) -> None:
        peer.encode(peer.prepare(read_picture(content))[None])

    embed(contents[0])
    return figure(PEERS, timed(partial(embed, content) for content in contents))


def photos() -> Section:
    """A phone's photo, from the upload to the API's answer."""
    files = [_twelve_megapixels(name) for name in _images(PHOTOS)]
    _search(files[0])
    decoding = timed(partial(_decode, file) for file in files)
    return Section(
        "A photo of 12 megapixels",
        "Searched with by the API, within this process; products' pictures, enlarged.",
        "decoding all of it with Pillow",
        [
            figure("decoding all of it with Pillow", decoding),
            figure(
                "from the upload to the results",
                timed(partial(_search, file) for file in files),
                1000 * median(decoding),
            ),
        ],
    )


def _twelve_megapixels(name: str) -> bytes:
    written = io.BytesIO()
    read_picture(_content(name)).resize(TWELVE_MEGAPIXELS).save(written, "JPEG", quality=85)
    return written.getvalue()


def _decode(file: bytes) -> None:
    Image.open(io.BytesIO(file)).convert("RGB")


def _search(file: bytes) -> None:
    visits.post(reverse("api:photo_search"), {"photo": SimpleUploadedFile("photo.jpg", file, "image/jpeg")})


def _images(count: int) -> list[str]:
    """The names of so many products' pictures, by chance."""
    names = list(Product.objects.with_picture().in_the_shop().values_list("image", flat=True).distinct())
    return random.sample(names, min(count, len(names)))


def _content(name: str) -> bytes:
    with default_storage.open(name) as file:
        return file.read()
