"""How often an encoder by itself finds the type of what is on photos that people took: whole, without the eye."""

from collections.abc import Iterator

import numpy as np
from PIL import Image
from tqdm import tqdm

from catalog.importing.pictures import Pictures
from catalog.pictures.decoding import UnreadablePicture, read_picture
from recommender.encoders import PictureEncoder, encode_all
from recommender.measuring.labelled_photos import Found, LabelledPhoto, is_right, score, score_labels
from recommender.measuring.products import LABELS, UNKNOWN, Products
from recommender.measuring.retrieval import NEIGHBOURS, nearest_exact

WAY = "the whole photo"


class WholePhotos:
    """The photos of types that are among the products, with their pictures."""

    def __init__(self, photos: list[LabelledPhoto], source: Pictures, products: Products):
        column = LABELS.index("article_type")
        classes = products.classes[column]
        self._types = ["" if number == UNKNOWN else classes[number] for number in products.labels[:, column]]
        known = set(map(str.casefold, self._types))
        self._photos = [photo for photo in photos if photo.types & known and photo.name in source]
        self._source = source

    def score(self, picture_encoder: PictureEncoder, gallery: np.ndarray) -> dict:
        """How right the five of the products' embeddings (n, d) are that lie nearest to each photo; exact search."""
        photos: list[LabelledPhoto] = []
        vectors, _ = encode_all(picture_encoder, self._read(photos))
        nearest, _ = nearest_exact(gallery, vectors, NEIGHBOURS)
        found = [
            Found(photo, {WAY: is_right(photo, [self._types[row] for row in rows])})
            for photo, rows in zip(photos, nearest.tolist(), strict=True)
        ]
        people = {photo.person for photo in photos}
        return {"photos": len(photos), "people": len(people), "ways": score(found), "labels": score_labels(found)}

    def _read(self, readable: list[LabelledPhoto]) -> Iterator[Image.Image]:
        """The pictures; the photos that they belong to are added to `readable`."""
        for photo in tqdm(self._photos, desc="Encoding photos", unit="photo"):
            try:
                picture = read_picture(self._source.read(photo.name))
            except (UnreadablePicture, OSError):
                continue
            readable.append(photo)
            yield picture
