"""Two views of a product: as the shop shows it, and as somebody's photograph might.

The photograph is made by cutting the product out of its white background, turning, scaling and tilting it, pasting it
on another background, and doing to it what light, a lens and a phone do.
"""

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFilter
from scipy import ndimage
from tqdm import tqdm

from recommender.encoders.preprocessing import HEIGHT, WIDTH

SIZE = (WIDTH, HEIGHT)
UNIT = HEIGHT / 80
"""Lengths are in eightieths of a view's height."""


def cut_out(pictures: np.ndarray) -> np.ndarray:
    """The opacity, uint8 (n, 160, 120), of each product before its white background.

    Background is what is near white and touches the border; inside it opacity follows the distance from white, so
    that soft edges and shadows stay soft. A picture that is nearly all background, or has none, stays opaque.
    """
    return np.stack([_cut_out(picture) for picture in tqdm(pictures, desc="Cutting out", unit="picture")])


def _cut_out(picture: np.ndarray) -> np.ndarray:
    darkest = picture.min(axis=2)
    regions, _ = ndimage.label(darkest > 222)
    border = np.concatenate([regions[0], regions[-1], regions[:, 0], regions[:, -1]])
    background = np.isin(regions, np.unique(border[border > 0]))
    opacity = np.where(background, np.clip((252.0 - darkest) * 8.5, 0, 255), 255)
    if not 0.06 < opacity.mean() / 255 < 0.97:
        return np.full(darkest.shape, 255, np.uint8)
    return opacity.astype(np.uint8)


def clean_view(random: np.random.Generator, picture: np.ndarray) -> np.ndarray:
    """The product on white as another shop would show it: mirrored, turned and scaled a little; uint8 (160, 120, 3)."""
    warp = _random_warp(random, turn=5, scale=(0.88, 1.08), shift=0.04, tilt=0.0)
    return np.asarray(_warped(Image.fromarray(picture), warp, fill=(255, 255, 255)))


def photo_view(random: np.random.Generator, picture: np.ndarray, opacity: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The product as a photograph, uint8 (160, 120, 3). `other` is another product's picture, for the background."""
    view = Image.fromarray(picture)
    if random.random() < 0.25:
        warp = _random_warp(random, turn=8, scale=(0.8, 1.3), shift=0.1, tilt=0.1)
        view = _warped(view, warp, fill=(255, 255, 255))
    else:
        view.putalpha(Image.fromarray(opacity))
        warp = _random_warp(random, turn=20, scale=(0.5, 1.1), shift=0.14, tilt=0.2)
        view = _warped(view, warp, fill=(0, 0, 0, 0))
        background = _background(random, other)
        background.paste(view, mask=view.getchannel("A"))
        view = background
    if random.random() < 0.25:
        view = _occlude(random, view, other)
    return _bars(random, _lens(random, _light(random, np.asarray(view, np.float32))))


def _random_warp(
    random: np.random.Generator, turn: float, scale: tuple[float, float], shift: float, tilt: float
) -> tuple[float, ...]:
    """Coefficients of a perspective map from view to picture: turn in degrees, shift in parts of the side."""
    angle = np.deg2rad(random.uniform(-turn, turn))
    zoom = 1 / random.uniform(*scale)
    stretch = np.exp(random.uniform(-0.06, 0.06))
    mirror = random.choice((-1.0, 1.0))
    cosine, sine = np.cos(angle) * zoom, np.sin(angle) * zoom
    linear = np.array([[mirror * cosine * stretch, -mirror * sine], [sine, cosine / stretch]])
    centre = np.array([WIDTH / 2, HEIGHT / 2])
    offset = centre * (1 + random.uniform(-2 * shift, 2 * shift, 2)) - linear @ centre
    horizontal, vertical = random.uniform(-tilt, tilt, 2) / np.array(SIZE)
    # The denominator is 1 in the middle, so that a tilt does not move the product.
    middle = 1 - horizontal * centre[0] - vertical * centre[1]
    numerators = np.column_stack([linear, offset])
    ones = np.array([horizontal, vertical, middle])
    numerators = (numerators + np.outer(centre, ones - (0, 0, 1))) / middle
    return (*numerators[0], *numerators[1], horizontal / middle, vertical / middle)


def _warped(picture: Image.Image, warp: tuple[float, ...], fill: tuple[int, ...]) -> Image.Image:
    return picture.transform(SIZE, Image.Transform.PERSPECTIVE, warp, Image.Resampling.BILINEAR, fillcolor=fill)


def _colour(random: np.random.Generator) -> np.ndarray:
    """Backgrounds are mostly greyish: walls, floors, tables, sheets."""
    grey = random.uniform(20, 245)
    return np.clip(grey + random.normal(0, random.choice((8, 30, 70)), 3), 0, 255)


def _background(random: np.random.Generator, other: np.ndarray) -> Image.Image:
    kinds = (_flat, _gradient, _clutter, _cloth, _crop, _crop)
    return kinds[random.integers(len(kinds))](random, other)


def _flat(random: np.random.Generator, _: np.ndarray) -> Image.Image:
    return Image.new("RGB", SIZE, tuple(_colour(random).astype(int)))


def _gradient(random: np.random.Generator, _: np.ndarray) -> Image.Image:
    ramp = _ramp(random)[..., None]
    return Image.fromarray((_colour(random) * ramp + _colour(random) * (1 - ramp)).astype(np.uint8))


def _ramp(random: np.random.Generator) -> np.ndarray:
    """(160, 120) rising from 0 to 1 in a random direction."""
    angle = random.uniform(0, 2 * np.pi)
    rows, columns = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]
    ramp = rows * np.sin(angle) + columns * np.cos(angle)
    return (ramp - ramp.min()) / (ramp.max() - ramp.min())


def _clutter(random: np.random.Generator, other: np.ndarray) -> Image.Image:
    background = _gradient(random, other)
    draw = ImageDraw.Draw(background)
    for _ in range(random.integers(3, 14)):
        colour = tuple(_colour(random).astype(int))
        x, y = random.uniform(-10 * UNIT, WIDTH), random.uniform(-10 * UNIT, HEIGHT)
        width, height = UNIT * random.uniform(3, 40, 2)
        box = (x, y, x + width, y + height)
        shape = random.integers(3)
        if shape == 0:
            draw.rectangle(box, fill=colour)
        elif shape == 1:
            draw.ellipse(box, fill=colour)
        else:
            draw.line((x, y, *random.uniform(0, HEIGHT, 2)), fill=colour, width=int(UNIT * random.integers(1, 6)))
    return background.filter(ImageFilter.GaussianBlur(UNIT * random.uniform(0, 2)))


def _cloth(random: np.random.Generator, _: np.ndarray) -> Image.Image:
    """Noise of a random grain, stretched one way like wood or woven like cloth."""
    grain = random.integers(2, 40, 2)
    noise = random.normal(0, random.uniform(5, 40), (grain[0], grain[1], 1)) + _colour(random)
    texture = Image.fromarray(np.clip(noise, 0, 255).astype(np.uint8))
    return texture.resize(SIZE, Image.Resampling.BICUBIC)


def _crop(random: np.random.Generator, other: np.ndarray) -> Image.Image:
    side = random.uniform(0.25, 0.7)
    left, top = random.uniform(0, 1 - side, 2)
    box = (left * WIDTH, top * HEIGHT, (left + side) * WIDTH, (top + side) * HEIGHT)
    crop = Image.fromarray(other).resize(SIZE, Image.Resampling.BILINEAR, box=box)
    return crop.filter(ImageFilter.GaussianBlur(UNIT * random.uniform(0, 2.5)))


def _occlude(random: np.random.Generator, view: Image.Image, other: np.ndarray) -> Image.Image:
    """A hand, a strap or a sleeve before the product: a patch of something else, up to an eighth of the picture."""
    width, height = int(UNIT * random.integers(6, 22)), int(UNIT * random.integers(6, 28))
    x, y = int(random.integers(0, WIDTH - width)), int(random.integers(0, HEIGHT - height))
    patch = _background(random, other).crop((x, y, x + width, y + height)).rotate(random.uniform(0, 90))
    view = view.copy()
    view.paste(patch, (x, y))
    return view


def _light(random: np.random.Generator, view: np.ndarray) -> np.ndarray:
    """Exposure, white balance, contrast, gamma and a falloff across the picture; float32 0..255 in and out."""
    strength = random.choice((0.3, 1.0))
    white_balance = np.exp(random.normal(0, 0.06 * strength, 3))
    view = view * (np.exp(random.normal(0, 0.16 * strength)) * white_balance)
    if random.random() < 0.5:
        view = view * (1 - random.uniform(0, 0.5 * strength) * _ramp(random)[..., None])
    contrast = np.exp(random.normal(0, 0.15 * strength))
    view = np.clip((view - 128) * contrast + 128, 0, 255)
    gamma = np.exp(random.normal(0, 0.15 * strength))
    return 255 * (view / 255) ** gamma


def _lens(random: np.random.Generator, view: np.ndarray) -> np.ndarray:
    """Blur, sensor noise and JPEG; float in 0..255 to uint8."""
    if random.random() < 0.4:
        view = view + random.normal(0, random.uniform(1, 9), view.shape)
    photo = Image.fromarray(np.clip(view, 0, 255).astype(np.uint8))
    if random.random() < 0.4:
        photo = photo.filter(ImageFilter.GaussianBlur(UNIT * random.uniform(0.2, 1.1)))
    if random.random() < 0.4:
        file = io.BytesIO()
        photo.save(file, "JPEG", quality=int(random.integers(35, 95)))
        photo = Image.open(file)
    return np.array(photo)


def _bars(random: np.random.Generator, view: np.ndarray) -> np.ndarray:
    """The white bars that letterboxing leaves around a photograph that is not 3:4."""
    if random.random() < 0.2:
        bar = int(UNIT * random.integers(2, 14))
        edges = (slice(bar), slice(-bar, None))
        for edge in edges:
            view[edge] = 255
    elif random.random() < 0.1:
        bar = int(UNIT * random.integers(2, 10))
        view[:, :bar] = view[:, -bar:] = 255
    return view
