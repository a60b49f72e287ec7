"""What an encoder's cosines mean in this shop: which are close, and which directions of its space are colour."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from PIL import Image

from catalog.models import Product
from catalog.pictures import storage
from catalog.pictures.decoding import UnreadablePicture
from recommender.encoders import encode_all
from recommender.measuring.catalogue import MOST_PRODUCTS, Catalogue, load_catalogue
from recommender.measuring.photographs import PHOTOGRAPHED_SIZE, photograph
from recommender.measuring.retrieval import nearest_exact
from recommender.models import Calibration, Encoder

PHOTOGRAPHS = 600
FALSE_ALARMS = (0.3, 0.1)
"""The share of what is called loosely similar or better, and of what is called close, that may be of another kind."""
FOUND = 48
GROWTH = 2
FEWEST_PRODUCTS = 20
FEWEST_FOUND = 480
FEWEST_OF_COLOUR = 5
COLOUR_DIRECTIONS = 8


def calibrate(catalogue: Catalogue) -> Calibration | None:
    """Measures on the shop's own products and keeps the result; None while there are too few of them."""
    if len(catalogue) < FEWEST_PRODUCTS:
        return None
    colours, directions = _colours(catalogue)
    values = {
        "thresholds": _thresholds(catalogue, *_photographed(catalogue)),
        "colours": colours,
        "directions": directions,
        "products": len(catalogue),
    }
    return Calibration.objects.update_or_create(encoder=catalogue.encoder, defaults=values)[0]


def calibrate_if_outgrown() -> Catalogue | None:
    """Calibrates the active encoder when that has never been done, or on a shop of half or twice the size.

    What it was calibrated on; None where it was not.
    """
    encoder = Encoder.objects.active()
    if encoder is None:
        return None
    calibration = Calibration.objects.filter(encoder=encoder).first()
    products = encoder.embeddings.in_the_shop()[:MOST_PRODUCTS].count()
    if calibration is None or not calibration.products < GROWTH * products < GROWTH**2 * calibration.products:
        catalogue = load_catalogue(encoder)
        return catalogue if calibrate(catalogue) else None
    return None


def _photographed(catalogue: Catalogue) -> tuple[np.ndarray, np.ndarray]:
    """(rows (m,) of products, embeddings (m, d) of a photograph of each)."""
    random = np.random.default_rng(11)
    chosen: list[int] = []

    def photographs() -> Iterator[Image.Image]:
        for (_, other), (row, picture) in pairwise(_pictures(random, catalogue)):
            chosen.append(row)
            yield photograph(random, picture, other)

    embeddings, _ = encode_all(catalogue.encoder.load(), photographs())
    return np.array(chosen, int), embeddings


def _pictures(random: np.random.Generator, catalogue: Catalogue) -> Iterator[tuple[int, Image.Image]]:
    """(row, picture) of up to 600 products whose picture can be read."""
    rows = random.permutation(len(catalogue.ids))[:PHOTOGRAPHS]
    products = Product.objects.in_bulk(catalogue.ids[rows].tolist())
    for row in rows:
        try:
            picture = storage.load(str(products[catalogue.ids[row]].image))
        except (KeyError, UnreadablePicture, OSError):
            continue
        picture.thumbnail(PHOTOGRAPHED_SIZE)
        yield int(row), picture


def _thresholds(catalogue: Catalogue, chosen: np.ndarray, photographs: np.ndarray) -> dict[str, tuple[float, float]]:
    """(cosine from which on a product is loosely similar, and close) by what is photographed; "" is for all others."""
    count, pictures, categories = min(FOUND, len(catalogue)), catalogue.picture_numbers, catalogue.categories
    # As if the shop did not have the photographed product.
    found, cosines = nearest_exact(catalogue.vectors, photographs, count, pictures, pictures[chosen])
    cosines = cosines.ravel()
    kinds = np.repeat(categories[chosen], count)
    is_right = categories[found].ravel() == kinds
    thresholds = {"": _levels(cosines, is_right)}
    for kind in np.unique(kinds):
        members = kinds == kind
        if members.sum() >= FEWEST_FOUND:
            thresholds[str(int(kind))] = _levels(cosines[members], is_right[members])
    return thresholds


def _levels(cosines: np.ndarray, is_right: np.ndarray) -> tuple[float, float]:
    """The lowest cosines from which on no more than the accepted share of what was found is of another kind."""
    order = np.argsort(-cosines)
    right_so_far = np.cumsum(is_right[order]) / np.arange(1, len(order) + 1)

    def level(accepted: float) -> float:
        good = np.nonzero(right_so_far >= 1 - accepted)[0]
        return float(cosines[order][good[-1]]) if len(good) else 1.0

    loosely_similar, close = map(level, FALSE_ALARMS)
    return loosely_similar, close


def _colours(catalogue: Catalogue) -> tuple[dict[str, list[float]], list[list[float]]]:
    """(how each colour's products differ from others of their kind, the directions (k, d) that span this)."""
    totals: dict[str, np.ndarray] = {}
    counts: dict[str, int] = {}
    for kind in np.unique(catalogue.categories):
        members = catalogue.categories == kind
        mean = catalogue.vectors[members].mean(axis=0)
        for colour in np.unique(catalogue.colours[members]):
            these = catalogue.vectors[members & (catalogue.colours == colour)]
            if colour and len(these) >= FEWEST_OF_COLOUR:
                totals[colour] = totals.get(colour, 0) + (these - mean).sum(axis=0)
                counts[colour] = counts.get(colour, 0) + len(these)
    if not totals:
        return {}, []
    offsets = {colour: totals[colour] / counts[colour] for colour in totals}
    weighted = np.stack([offsets[colour] * np.sqrt(counts[colour]) for colour in offsets])
    directions = np.linalg.svd(weighted, full_matrices=False)[2][:COLOUR_DIRECTIONS]
    return {colour: offset.round(5).tolist() for colour, offset in offsets.items()}, directions.round(5).tolist()
