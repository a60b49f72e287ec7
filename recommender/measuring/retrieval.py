"""How well an encoder sees: agreement of attributes among neighbours, and recall of products from photographs."""

import io
from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter
from sklearn.neighbors import NearestNeighbors

from recommender.measuring.products import LABELS, UNKNOWN, Products

NEIGHBOURS = 5
PHOTOGRAPHS = 1000
AGREEMENT = {"type@5": "article_type", "colour@5": "base_colour", "gender@5": "gender"}
NORMAL_QUANTILE = 1.96


def evaluate(encode: Callable[[np.ndarray], np.ndarray], products: Products) -> dict[str, float]:
    """The figures of an encoder (uint8 (n, 80, 60, 3) to unit vectors (n, d)) on products it was not trained on."""
    gallery = encode(products.pictures)
    chosen, photographs = draw_photographs(len(products), products.pictures.__getitem__)
    scores = agreement(nearest_others(gallery), products.labels)
    scores |= photo_recall(nearest(gallery, encode(np.stack(list(photographs)))), chosen, products.look)
    return {name: round(float(np.nanmean(values)), 4) for name, values in scores.items()}


def score(figures: dict[str, float]) -> float:
    """One number to choose between encoders: the mean of all figures, so that neither way of searching is given up."""
    return float(np.mean(list(figures.values())))


def nearest_others(gallery: np.ndarray) -> np.ndarray:
    """int (n, 5): each vector's nearest others, best first, by exact search."""
    return NearestNeighbors(n_neighbors=NEIGHBOURS, algorithm="brute").fit(gallery).kneighbors()[1]


def nearest(gallery: np.ndarray, vectors: np.ndarray, count: int = NEIGHBOURS) -> np.ndarray:
    """int (m, count): the rows of the gallery that are nearest to each vector, best first, by exact search."""
    return NearestNeighbors(n_neighbors=count, algorithm="brute").fit(gallery).kneighbors(vectors)[1]


def agreement(neighbours: np.ndarray, labels: np.ndarray) -> dict[str, np.ndarray]:
    """For each product the share of its neighbours (n, 5) that have its type, colour, gender; and all three.

    NaN where the product's own label is unknown.
    """
    shares, same_in_all = {}, np.ones(neighbours.shape)
    for name, label in AGREEMENT.items():
        own = labels[:, LABELS.index(label), None]
        same = np.where(own == UNKNOWN, np.nan, own == labels[neighbours, LABELS.index(label)])
        shares[name] = same.mean(axis=1)
        same_in_all *= same
    return shares | {"all@5": same_in_all.mean(axis=1)}


def photo_recall(found: np.ndarray, products: np.ndarray, look: np.ndarray) -> dict[str, np.ndarray]:
    """For each photograph of a product (m,) whether what it found (m, 5) shows that product's look."""
    right = look[found] == look[products][:, None]
    return {"photo recall@1": right[:, 0].astype(float), "photo recall@5": right.any(axis=1).astype(float)}


def mean_and_margin(values: np.ndarray) -> tuple[float, float] | tuple[None, None]:
    """The mean over the queries that have a value, and half of its 95 % confidence interval (normal approximation)."""
    known = values[~np.isnan(values)]
    if not len(known):
        return None, None
    return float(known.mean()), float(NORMAL_QUANTILE * known.std() / np.sqrt(len(known)))


def draw_photographs(products: int, picture: Callable[[int], np.ndarray]) -> tuple[np.ndarray, Iterator[np.ndarray]]:
    """(The rows of up to 1,000 products, one photo-like distortion of each): the same ones for every encoder."""
    random = np.random.default_rng(7)
    chosen = random.permutation(products)[:PHOTOGRAPHS]
    return chosen, (photograph(random, picture(row), picture(random.integers(products))) for row in chosen)


def photograph(random: np.random.Generator, picture: np.ndarray, other: np.ndarray) -> np.ndarray:
    """A photo-like distortion of a product's picture, uint8 (height, width, 3) in and out.

    Pasted on another background, turned up to 12 degrees, scaled, in other light and white balance, blurred, as JPEG.
    It shares no code with the augmentation of the training, so that it measures more than what was practised.
    """
    product = Image.fromarray(picture)
    photo = background(random, product.size, Image.fromarray(other))
    mask = mask_of(product)
    angle = random.uniform(-12, 12)
    scale = random.uniform(0.6, 1.0)
    size = (round(product.width * scale), round(product.height * scale))
    product = product.resize(size, Image.Resampling.LANCZOS).rotate(angle, Image.Resampling.BICUBIC, fillcolor="white")
    mask = mask.resize(size, Image.Resampling.LANCZOS).rotate(angle, Image.Resampling.BICUBIC)
    corner = [int(random.integers(0, free + 1)) for free in np.subtract(photo.size, size)]
    photo.paste(product, tuple(corner), mask)
    return np.asarray(develop(random, photo))


def mask_of(product: Image.Image) -> Image.Image:
    """Opaque where the picture differs from the white that a flood from its corners reaches."""
    width, height = product.size
    flooded = product.copy()
    for corner in ((0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1)):
        if min(product.getpixel(corner)) > 225:
            ImageDraw.floodfill(flooded, corner, (255, 0, 255), thresh=36)
    red, green, blue = ImageChops.difference(flooded, Image.new("RGB", product.size, (255, 0, 255))).split()
    difference = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    mask = difference.point(lambda value: 255 if value else 0)
    covered = np.asarray(mask).mean() / 255
    return mask.filter(ImageFilter.GaussianBlur(0.6)) if covered > 0.05 else Image.new("L", product.size, 255)


def background(random: np.random.Generator, size: tuple[int, int], other: Image.Image) -> Image.Image:
    kind = random.integers(3)
    if kind == 0:
        return Image.new("RGB", size, tuple(int(value) for value in random.integers(40, 240, 3)))
    if kind == 1:
        ends = [Image.new("RGB", size, tuple(int(value) for value in random.integers(30, 250, 3))) for _ in range(2)]
        return Image.composite(*ends, Image.linear_gradient("L").rotate(random.choice((0, 90, 180, 270))).resize(size))
    return other.resize((size[0] * 3, size[1] * 3)).crop((size[0], size[1], size[0] * 2, size[1] * 2))


def develop(random: np.random.Generator, photo: Image.Image) -> Image.Image:
    photo = ImageEnhance.Brightness(photo).enhance(random.uniform(0.7, 1.25))
    photo = ImageEnhance.Contrast(photo).enhance(random.uniform(0.8, 1.2))
    balance = random.uniform(0.88, 1.12, 3)
    channels = [
        channel.point(lambda value, gain=gain: min(255, int(value * gain)))
        for channel, gain in zip(photo.split(), balance, strict=True)
    ]
    photo = Image.merge("RGB", channels).filter(ImageFilter.GaussianBlur(random.uniform(0, 0.8)))
    file = io.BytesIO()
    photo.save(file, "JPEG", quality=int(random.integers(50, 90)))
    return Image.open(file).convert("RGB")
