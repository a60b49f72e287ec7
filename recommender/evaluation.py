"""How well an encoder sees: agreement of attributes among neighbours, and recall of products from photographs."""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter
from sklearn.neighbors import NearestNeighbors

from recommender.training.data import LABELS, Products

NEIGHBOURS = 5
PHOTOGRAPHS = 1000


def evaluate(encode: Callable[[np.ndarray], np.ndarray], products: Products) -> dict[str, float]:
    """The figures of an encoder (uint8 (n, 80, 60, 3) to unit vectors (n, d)) on products it was not trained on."""
    gallery = encode(products.pictures)
    random = np.random.default_rng(7)
    chosen = random.permutation(len(products))[:PHOTOGRAPHS]
    photographs = np.stack(
        [
            photograph(random, products.pictures[row], products.pictures[random.integers(len(products))])
            for row in chosen
        ]
    )
    figures = agreement(gallery, products.labels)
    figures |= photo_recall(encode(photographs), chosen, gallery, products.look)
    return {name: round(float(figure), 4) for name, figure in figures.items()}


def agreement(embeddings: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """The share of each product's five nearest others (exact, cosine) that have its type, colour, gender; and all."""
    neighbours = NearestNeighbors(n_neighbors=NEIGHBOURS, algorithm="brute").fit(embeddings).kneighbors()[1]
    columns = [LABELS.index(label) for label in ("article_type", "base_colour", "gender")]
    same = labels[neighbours][:, :, columns] == labels[:, None, columns]
    type_, colour, gender = same.mean(axis=(0, 1))
    return {"type@5": type_, "colour@5": colour, "gender@5": gender, "all@5": same.all(axis=2).mean()}


def photo_recall(
    photographs: np.ndarray, products: np.ndarray, gallery: np.ndarray, look: np.ndarray
) -> dict[str, float]:
    """The share of photographs (their vectors, and the gallery row of their product) that find their product's look."""
    nearest = NearestNeighbors(n_neighbors=NEIGHBOURS, algorithm="brute").fit(gallery)
    found = look[nearest.kneighbors(photographs)[1]] == look[products][:, None]
    return {"photo recall@1": found[:, 0].mean(), "photo recall@5": found.any(axis=1).mean()}


def photograph(random: np.random.Generator, picture: np.ndarray, other: np.ndarray) -> np.ndarray:
    """A photo-like distortion of a product's picture, uint8 (80, 60, 3) in and out.

    Pasted on another background, turned up to 12 degrees, scaled, in other light and white balance, blurred, as JPEG.
    It shares no code with the augmentation of the training, so that it measures more than what was practised.
    """
    product = Image.fromarray(picture)
    background = _background(random, product.size, Image.fromarray(other))
    mask = _mask(product)
    angle = random.uniform(-12, 12)
    scale = random.uniform(0.6, 1.0)
    size = (round(product.width * scale), round(product.height * scale))
    product = product.resize(size, Image.Resampling.LANCZOS).rotate(angle, Image.Resampling.BICUBIC, fillcolor="white")
    mask = mask.resize(size, Image.Resampling.LANCZOS).rotate(angle, Image.Resampling.BICUBIC)
    corner = [int(random.integers(0, free + 1)) for free in np.subtract(background.size, size)]
    background.paste(product, tuple(corner), mask)
    return np.asarray(_develop(random, background))


def _mask(product: Image.Image) -> Image.Image:
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


def _background(random: np.random.Generator, size: tuple[int, int], other: Image.Image) -> Image.Image:
    kind = random.integers(3)
    if kind == 0:
        return Image.new("RGB", size, tuple(int(value) for value in random.integers(40, 240, 3)))
    if kind == 1:
        ends = [Image.new("RGB", size, tuple(int(value) for value in random.integers(30, 250, 3))) for _ in range(2)]
        return Image.composite(*ends, Image.linear_gradient("L").rotate(random.choice((0, 90, 180, 270))).resize(size))
    return other.resize((size[0] * 3, size[1] * 3)).crop((size[0], size[1], size[0] * 2, size[1] * 2))


def _develop(random: np.random.Generator, photo: Image.Image) -> Image.Image:
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
