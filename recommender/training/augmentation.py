"""Views of a product, as the shop shows it and as somebody's photograph might, and views of photos that people took.

The photograph is made by cutting the product out of its white background, turning, scaling and tilting it, pasting it
on another background, and doing to it what light, a lens and a phone do. Pictures, opacities and views of one run are
of one size, height 4 to width 3. A scene is a photo that people took, for backgrounds, or None.
"""

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps
from scipy import ndimage
from tqdm import tqdm

SMALL = (60, 80)
"""(width, height) of the pictures that many shops have: what a view is shrunk to before it is enlarged again."""
CLEAR = (0, 0, 0, 0)


def cut_out(pictures: np.ndarray) -> np.ndarray:
    """The opacity, uint8 (n, h, w), of each product before its white background.

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
    """The product on white as another shop would show it: mirrored, turned and scaled a little, often small before."""
    view = Image.fromarray(picture)
    warp = _random_warp(random, view.size, turn=5, scale=(0.88, 1.08), shift=0.04, tilt=0.0)
    view = _warped(view, warp, fill=(255, 255, 255))
    return np.array(_shrunk(random, view) if random.random() < 0.5 else view)


def photo_view(
    random: np.random.Generator,
    picture: np.ndarray,
    opacity: np.ndarray,
    other: np.ndarray,
    scene: Image.Image | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """(The product as a photograph, uint8 (h, w, 3), where it shows, uint8 (h, w)).

    `other` is another product's picture, for the background.
    """
    product = Image.fromarray(picture)
    product.putalpha(Image.fromarray(opacity))
    if random.random() < 0.25:
        warp = _random_warp(random, product.size, turn=8, scale=(0.8, 1.3), shift=0.1, tilt=0.1)
        view = Image.new("RGB", product.size, "white")
    else:
        scale = (1.1, 2.0) if random.random() < 0.15 else (0.45, 1.1)
        warp = _random_warp(random, product.size, turn=20, scale=scale, shift=0.14, tilt=0.2)
        view = _background(random, other, scene)
    product = _warped(product, warp, fill=CLEAR)
    shown = product.getchannel("A")
    view.paste(product, mask=shown)
    if random.random() < 0.25:
        _occlude(random, view, shown, _background(random, other, scene))
    return _bars(random, _shot(random, view, small=0.45), np.array(shown))


def real_view(
    random: np.random.Generator, photo: Image.Image, other: np.ndarray, scene: Image.Image | None = None
) -> np.ndarray:
    """A part of a photo that somebody took, turned, scaled, tilted and in other light, uint8 (h, w, 3).

    `other` is a product's picture, for what lies beside the photo.
    """
    size = _size(other)
    framed = ImageOps.pad(_part(random, photo).convert("RGBA"), size, Image.Resampling.BICUBIC, color=CLEAR)
    framed = _warped(framed, _random_warp(random, size, turn=15, scale=(0.75, 1.25), shift=0.06, tilt=0.12), fill=CLEAR)
    view = Image.new("RGB", size, "white") if random.random() < 0.6 else _background(random, other, scene)
    view.paste(framed, mask=framed.getchannel("A"))
    return _shot(random, view, small=0.25)


def _size(picture: np.ndarray) -> tuple[int, int]:
    return picture.shape[1], picture.shape[0]


def _unit(size: tuple[int, int]) -> float:
    """Lengths are in eightieths of a view's height."""
    return size[1] / 80


def _part(random: np.random.Generator, photo: Image.Image) -> Image.Image:
    """Half of the time the whole photo, and else as much as nearly half of it."""
    if random.random() < 0.5:
        return photo
    area, shape = random.uniform(0.45, 1), np.exp(random.uniform(-0.35, 0.35))
    width, height = min(np.sqrt(area) * shape, 1), min(np.sqrt(area) / shape, 1)
    return _cut(photo, random.uniform(0, 1 - width), random.uniform(0, 1 - height), width, height)


def _cut(picture: Image.Image, left: float, top: float, width: float, height: float) -> Image.Image:
    """The box, in parts of the picture's sides."""
    sides = np.array(picture.size)
    start, end = np.floor(sides * (left, top)), np.ceil(sides * (left + width, top + height))
    return picture.crop((*start.astype(int), *np.minimum(end, sides).astype(int)))


def _shrunk(random: np.random.Generator, view: Image.Image) -> Image.Image:
    """What is left of it where a shop's pictures are small: shrunk, mostly compressed, and enlarged again."""
    small = view.resize(SMALL, Image.Resampling.BICUBIC)
    if random.random() < 0.6:
        small = _compressed(small, int(random.integers(70, 96)))
    return small.resize(view.size, Image.Resampling.BICUBIC)


def _compressed(picture: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(file)


def _random_warp(
    random: np.random.Generator,
    size: tuple[int, int],
    turn: float,
    scale: tuple[float, float],
    shift: float,
    tilt: float,
) -> tuple[float, ...]:
    """Coefficients of a perspective map from view to picture: turn in degrees, shift in parts of the side."""
    angle = np.deg2rad(random.uniform(-turn, turn))
    zoom = 1 / random.uniform(*scale)
    stretch = np.exp(random.uniform(-0.06, 0.06))
    mirror = random.choice((-1.0, 1.0))
    cosine, sine = np.cos(angle) * zoom, np.sin(angle) * zoom
    linear = np.array([[mirror * cosine * stretch, -mirror * sine], [sine, cosine / stretch]])
    centre = np.array(size) / 2
    offset = centre * (1 + random.uniform(-2 * shift, 2 * shift, 2)) - linear @ centre
    horizontal, vertical = random.uniform(-tilt, tilt, 2) / np.array(size)
    # The denominator is 1 in the middle, so that a tilt does not move the product.
    middle = 1 - horizontal * centre[0] - vertical * centre[1]
    numerators = np.column_stack([linear, offset])
    ones = np.array([horizontal, vertical, middle])
    numerators = (numerators + np.outer(centre, ones - (0, 0, 1))) / middle
    return (*numerators[0], *numerators[1], horizontal / middle, vertical / middle)


def _warped(picture: Image.Image, warp: tuple[float, ...], fill: tuple[int, ...]) -> Image.Image:
    return picture.transform(picture.size, Image.Transform.PERSPECTIVE, warp, Image.Resampling.BILINEAR, fillcolor=fill)


def _colour(random: np.random.Generator) -> np.ndarray:
    """Backgrounds are mostly greyish: walls, floors, tables, sheets."""
    grey = random.uniform(20, 245)
    return np.clip(grey + random.normal(0, random.choice((8, 30, 70)), 3), 0, 255)


def _background(random: np.random.Generator, other: np.ndarray, scene: Image.Image | None) -> Image.Image:
    """As large as the other product's picture: half of the time a corner of the scene, if there is one."""
    if scene and random.random() < 0.5:
        return _corner(random, scene).resize(_size(other), Image.Resampling.BILINEAR)
    kinds = (_flat, _gradient, _clutter, _cloth, _crop, _crop)
    return kinds[random.integers(len(kinds))](random, other)


def _corner(random: np.random.Generator, scene: Image.Image) -> Image.Image:
    """A photo's corners are mostly beside what it shows."""
    side = random.uniform(0.2, 0.42)
    left, top = (random.integers(2, size=2) * (1 - side)).tolist()
    corner = _cut(scene, left, top, side, side)
    return ImageOps.mirror(corner) if random.random() < 0.5 else corner


def _flat(random: np.random.Generator, other: np.ndarray) -> Image.Image:
    return Image.new("RGB", _size(other), tuple(_colour(random).astype(int)))


def _gradient(random: np.random.Generator, other: np.ndarray) -> Image.Image:
    ramp = _ramp(random, _size(other))[..., None]
    return Image.fromarray((_colour(random) * ramp + _colour(random) * (1 - ramp)).astype(np.uint8))


def _ramp(random: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """(h, w) rising from 0 to 1 in a random direction."""
    angle = random.uniform(0, 2 * np.pi)
    rows, columns = np.mgrid[-1 : 1 : size[1] * 1j, -1 : 1 : size[0] * 1j]
    ramp = rows * np.sin(angle) + columns * np.cos(angle)
    return (ramp - ramp.min()) / (ramp.max() - ramp.min())


def _clutter(random: np.random.Generator, other: np.ndarray) -> Image.Image:
    background = _gradient(random, other)
    size, unit = background.size, _unit(background.size)
    draw = ImageDraw.Draw(background)
    for _ in range(random.integers(3, 14)):
        colour = tuple(_colour(random).astype(int))
        x, y = random.uniform(-10 * unit, size[0]), random.uniform(-10 * unit, size[1])
        width, height = unit * random.uniform(3, 40, 2)
        box = (x, y, x + width, y + height)
        shape = random.integers(3)
        if shape == 0:
            draw.rectangle(box, fill=colour)
        elif shape == 1:
            draw.ellipse(box, fill=colour)
        else:
            draw.line((x, y, *random.uniform(0, size[1], 2)), fill=colour, width=int(unit * random.integers(1, 6)))
    return background.filter(ImageFilter.GaussianBlur(unit * random.uniform(0, 2)))


def _cloth(random: np.random.Generator, other: np.ndarray) -> Image.Image:
    """Noise of a random grain, stretched one way like wood or woven like cloth."""
    grain = random.integers(2, 40, 2)
    noise = random.normal(0, random.uniform(5, 40), (grain[0], grain[1], 1)) + _colour(random)
    texture = Image.fromarray(np.clip(noise, 0, 255).astype(np.uint8))
    return texture.resize(_size(other), Image.Resampling.BICUBIC)


def _crop(random: np.random.Generator, other: np.ndarray) -> Image.Image:
    side = random.uniform(0.25, 0.7)
    left, top = random.uniform(0, 1 - side, 2)
    crop = _cut(Image.fromarray(other), left, top, side, side).resize(_size(other), Image.Resampling.BILINEAR)
    return crop.filter(ImageFilter.GaussianBlur(_unit(crop.size) * random.uniform(0, 2.5)))


def _occlude(random: np.random.Generator, view: Image.Image, shown: Image.Image, before: Image.Image) -> None:
    """A hand, a strap or a sleeve before the product: a patch of something else, up to an eighth of the picture."""
    unit = _unit(view.size)
    width, height = int(unit * random.integers(6, 22)), int(unit * random.integers(6, 28))
    x, y = int(random.integers(0, view.width - width)), int(random.integers(0, view.height - height))
    patch = before.crop((x, y, x + width, y + height)).rotate(random.uniform(0, 90))
    view.paste(patch, (x, y))
    shown.paste(0, (x, y, x + width, y + height))


def _shot(random: np.random.Generator, view: Image.Image, small: float) -> np.ndarray:
    """What light, a lens and a phone make of it, uint8 (h, w, 3); `small` is how likely it was small on the way."""
    view = _lens(random, _light(random, np.asarray(view, np.float32)))
    if random.random() < small:
        view = _shrunk(random, view)
    if random.random() < 0.4:
        view = _compressed(view, int(random.integers(35, 95)))
    return np.array(view)


def _light(random: np.random.Generator, view: np.ndarray) -> np.ndarray:
    """Exposure, white balance, contrast, gamma and a falloff across the picture; float32 0..255 in and out."""
    strength = random.choice((0.3, 1.0))
    white_balance = np.exp(random.normal(0, 0.06 * strength, 3))
    view = view * (np.exp(random.normal(0, 0.16 * strength)) * white_balance)
    if random.random() < 0.5:
        view = view * (1 - random.uniform(0, 0.5 * strength) * _ramp(random, _size(view))[..., None])
    contrast = np.exp(random.normal(0, 0.15 * strength))
    view = np.clip((view - 128) * contrast + 128, 0, 255)
    gamma = np.exp(random.normal(0, 0.15 * strength))
    return 255 * (view / 255) ** gamma


def _lens(random: np.random.Generator, view: np.ndarray) -> Image.Image:
    """Sensor noise and blur; float in 0..255."""
    if random.random() < 0.4:
        view = view + random.normal(0, random.uniform(1, 9), view.shape)
    photo = Image.fromarray(np.clip(view, 0, 255).astype(np.uint8))
    if random.random() < 0.4:
        photo = photo.filter(ImageFilter.GaussianBlur(_unit(photo.size) * random.uniform(0.2, 1.1)))
    return photo


def _bars(random: np.random.Generator, view: np.ndarray, shown: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The white bars that letterboxing leaves around a photograph that is not 3:4, where no product shows."""
    unit = _unit(_size(view))
    if random.random() < 0.2:
        rows, columns = int(unit * random.integers(2, 14)), 0
    elif random.random() < 0.1:
        rows, columns = 0, int(unit * random.integers(2, 10))
    else:
        return view, shown
    inside = np.zeros(shown.shape, bool)
    inside[rows : len(view) - rows, columns : view.shape[1] - columns] = True
    return np.where(inside[..., None], view, np.uint8(255)), np.where(inside, shown, np.uint8(0))
