"""Made-up photographs of products, the same ones for every encoder.

They share no code with the training's own augmentation, so that they measure more than what was practised.
"""

import io
from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

PHOTOGRAPHS = 1000
PHOTOGRAPHED_SIZE = (150, 200)
"""What a larger picture is made smaller to before it is photographed, in pixels."""
TURN = 12.0
"""Degrees to either side."""
SCALE = (0.6, 1.0)
SCENE = (360, 720)
"""Least and largest side of a scene, in pixels."""
PRODUCT_IN_SCENE = (240, 320)
SHARE = (0.45, 1.0)
"""How much of a scene the product fills, in parts of what would fit."""


def draw_photographs(products: int, picture: Callable[[int], Image.Image]) -> tuple[np.ndarray, Iterator[Image.Image]]:
    """(The rows of up to 1,000 of so many products, one photograph of each), the same whenever it is asked."""
    random = np.random.default_rng(7)
    chosen = random.permutation(products)[:PHOTOGRAPHS]
    others = (picture(int(random.integers(products))) for _ in chosen)
    return chosen, (photograph(random, picture(row), other) for row, other in zip(chosen.tolist(), others, strict=True))


def draw_scenes(rows: np.ndarray, products: int, picture: Callable[[int], Image.Image]) -> Iterator[Image.Image]:
    """A scene with each of these rows out of so many products, the same whenever it is asked."""
    random = np.random.default_rng(6)
    for row in rows.tolist():
        other = picture(int(random.integers(products)))
        yield scene(random, picture(row), other)


def photograph(random: np.random.Generator, picture: Image.Image, other: Image.Image) -> Image.Image:
    """A photograph of one product, as large as its picture; `other` is for the background."""
    photo = _background(random, picture.size, other)
    angle, scale = random.uniform(-TURN, TURN), random.uniform(*SCALE)
    return _develop(random, _put_before(random, photo, picture, scale, angle))


def scene(random: np.random.Generator, picture: Image.Image, other: Image.Image) -> Image.Image:
    """A photograph of any shape with a product somewhere in it; `other` is for the background."""
    width, height = random.integers(*SCENE, 2).tolist()
    photo = _background(random, (width, height), other.resize((width, height)))
    product = picture.resize(PRODUCT_IN_SCENE, Image.Resampling.LANCZOS)
    fitting = min(width / product.width, height / product.height)
    scale, angle = random.uniform(*SHARE) * fitting, random.uniform(-TURN, TURN)
    return _develop(random, _put_before(random, photo, product, scale, angle))


def _background(random: np.random.Generator, size: tuple[int, int], other: Image.Image) -> Image.Image:
    """One colour, a gradient between two, or a part of another picture, enlarged."""
    kind = random.integers(3)
    if kind == 0:
        return Image.new("RGB", size, tuple(int(value) for value in random.integers(40, 240, 3)))
    if kind == 1:
        one, two = (Image.new("RGB", size, tuple(random.integers(30, 250, 3).tolist())) for _ in range(2))
        ramp = Image.linear_gradient("L").rotate(random.choice((0, 90, 180, 270))).resize(size)
        return Image.composite(one, two, ramp)
    return other.resize((size[0] * 3, size[1] * 3)).crop((size[0], size[1], size[0] * 2, size[1] * 2))


def _put_before(
    random: np.random.Generator, photo: Image.Image, product: Image.Image, scale: float, angle: float
) -> Image.Image:
    """The photo with the product, scaled and turned and without its white background, somewhere on it."""
    size = (round(product.width * scale), round(product.height * scale))
    mask = _mask_of(product).resize(size, Image.Resampling.LANCZOS).rotate(angle, Image.Resampling.BICUBIC)
    product = product.resize(size, Image.Resampling.LANCZOS).rotate(angle, Image.Resampling.BICUBIC, fillcolor="white")
    left, top = (int(random.integers(0, free + 1)) for free in np.subtract(photo.size, size))
    photo.paste(product, (left, top), mask)
    return photo


def _mask_of(product: Image.Image) -> Image.Image:
    """Opaque where the picture differs from the white that a flood from its corners reaches."""
    width, height = product.size
    flooded = product.copy()
    pixels = np.asarray(product)
    for x, y in ((0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1)):
        if pixels[y, x].min() > 225:
            ImageDraw.floodfill(flooded, (x, y), (255, 0, 255), thresh=36)
    red, green, blue = ImageChops.difference(flooded, Image.new("RGB", product.size, (255, 0, 255))).split()
    difference = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    mask = difference.point(lambda value: 255 if value else 0)
    covered = np.asarray(mask).mean() / 255
    return mask.filter(ImageFilter.GaussianBlur(0.6)) if covered > 0.05 else Image.new("L", product.size, 255)


def _develop(random: np.random.Generator, photo: Image.Image) -> Image.Image:
    """In other light and white balance, blurred, and as the JPEG that a phone makes."""
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
