"""Draws one product picture: soft shapes with cloth, volume and shadow on white, at 480 x 640 pixels."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from catalog.sample.fabrics import Colour, Fabric

SIZE = (480, 640)
OVERSAMPLING = 2
SHADE_REDUCTION = 4
CURVE_STEPS = 12

Point = tuple[float, float]
"""x from -0.5 to 0.5 with 0 in the middle, y from 0 at the top to 1.333 at the bottom."""
Box = tuple[int, int, int, int]
"""Left, top, right and bottom, in pixels"""


def mirrored(right_half: Sequence[Point]) -> list[Point]:
    """A closed symmetric outline from its right half, given from top to bottom."""
    return [*right_half, *((-x, y) for x, y in reversed(right_half))]


class Canvas:
    """A white sheet that takes one shape after the other."""

    def __init__(self, seed: int):
        self.size = (SIZE[0] * OVERSAMPLING, SIZE[1] * OVERSAMPLING)
        self._image = Image.new("RGB", self.size, "white")
        self._random = np.random.default_rng(seed)
        self._cloths: dict[Fabric, Image.Image] = {}

    def picture(self) -> Image.Image:
        return self._image.resize(SIZE, Image.Resampling.LANCZOS)

    def shape(
        self,
        outline: Sequence[Point],
        fabric: Fabric,
        sharp: bool = False,
        volume: float = 0.3,
        folds: int = 0,
        shadow: bool = True,
        holes: Sequence[Sequence[Point]] = (),
    ) -> None:
        """Lays a piece of cloth, leather or metal: its outline is rounded unless `sharp`; `holes` show what is below.

        `volume` darkens towards the edges, from 0 (flat) to 1; `folds` are soft creases.
        """
        mask = self._mask(outline, sharp)
        for hole in holes:
            mask = ImageChops.subtract(mask, self._mask(hole, sharp))
        if shadow:
            self._cast_shadow(mask)
        if fabric not in self._cloths:
            self._cloths[fabric] = fabric.cloth(self._random, self.size)
        box = mask.getbbox() or (0, 0, *self.size)
        shade = _enlarged(self._shade(mask, volume, outline, folds), box)
        piece = ImageChops.multiply(self._cloths[fabric].crop(box), Image.merge("RGB", (shade, shade, shade)))
        self._image.paste(piece, box[:2], mask.crop(box))

    def line(self, points: Sequence[Point], colour: Colour, width: float = 0.004, dashed: bool = False) -> None:
        """A seam, a strap, a wire: `width` in parts of the picture's width."""
        draw = ImageDraw.Draw(self._image)
        curve = [self._pixel(point) for point in _curve(points, closed=False)]
        thickness = max(1, round(width * self.size[0]))
        pieces = [curve[start : start + 4] for start in range(0, len(curve) - 1, 6)] if dashed else [curve]
        for piece in pieces:
            if len(piece) > 1:
                draw.line(piece, fill=colour, width=thickness, joint="curve")

    def disc(self, centre: Point, radius: float, fabric: Fabric, volume: float = 0.3, shadow: bool = False) -> None:
        """A button, a dial, a wheel."""
        self.shape(circle(centre, radius), fabric, volume=volume, shadow=shadow)

    def _pixel(self, point: Point) -> tuple[float, float]:
        return ((point[0] + 0.5) * self.size[0], point[1] * self.size[0])

    def _mask(self, outline: Sequence[Point], sharp: bool) -> Image.Image:
        mask = Image.new("L", self.size)
        points = outline if sharp else _curve(outline, closed=True)
        ImageDraw.Draw(mask).polygon([self._pixel(point) for point in points], fill=255)
        return mask

    def _cast_shadow(self, mask: Image.Image) -> None:
        small = mask.reduce(SHADE_REDUCTION)
        soft = ImageChops.offset(small, 2, 5).filter(ImageFilter.GaussianBlur(6)).point(lambda value: value * 0.16)
        left, top, right, bottom = soft.getbbox() or (0, 0, *soft.size)
        # Beside its last pixel an enlarged shadow still fades out.
        box = (
            max(left - 1, 0) * SHADE_REDUCTION,
            max(top - 1, 0) * SHADE_REDUCTION,
            min(right + 1, soft.width) * SHADE_REDUCTION,
            min(bottom + 1, soft.height) * SHADE_REDUCTION,
        )
        self._image.paste((40, 36, 32), box, _enlarged(soft, box))

    def _shade(self, mask: Image.Image, volume: float, outline: Sequence[Point], folds: int) -> Image.Image:
        """Light from the upper left on a rounded body, with creases: a small grey picture to multiply with."""
        small = mask.reduce(SHADE_REDUCTION)
        inside = _spread(small, 12)
        lit = _spread(ImageChops.offset(small, -7, -5), 14)
        shade = 1 - volume * (0.45 * (1 - inside) + 0.4 * (1 - lit))
        image = Image.fromarray((np.clip(shade, 0, 1) * 255).astype(np.uint8))
        return ImageChops.multiply(image, self._creases(image.size, outline, folds)) if folds else image

    def _creases(self, size: tuple[int, int], outline: Sequence[Point], count: int) -> Image.Image:
        creases = Image.new("L", size, 255)
        draw = ImageDraw.Draw(creases)
        xs, ys = zip(*outline, strict=True)
        for _ in range(count):
            x = self._random.uniform(min(xs) * 0.75, max(xs) * 0.75)
            top, bottom = np.sort(self._random.uniform(min(ys), max(ys), 2))
            lean = self._random.normal(0, 0.03)
            points = [(x, top), (x + lean, (top + bottom) / 2), (x + lean / 2, bottom)]
            curve = [((px + 0.5) * size[0], py * size[0]) for px, py in _curve(points, closed=False)]
            draw.line(curve, fill=int(self._random.uniform(190, 225)), width=4)
        return creases.filter(ImageFilter.GaussianBlur(3.5))


def _enlarged(small: Image.Image, box: Box) -> Image.Image:
    """What a reduced picture has in a box of the whole one, at full size."""
    left, top, right, bottom = box
    part = (left / SHADE_REDUCTION, top / SHADE_REDUCTION, right / SHADE_REDUCTION, bottom / SHADE_REDUCTION)
    return small.resize((right - left, bottom - top), Image.Resampling.BILINEAR, part)


def _spread(mask: Image.Image, radius: int) -> np.ndarray:
    """The blurred mask, from 0 to 1 whatever the shape's size."""
    soft = np.asarray(mask.filter(ImageFilter.GaussianBlur(radius)), np.float32)
    return soft / max(soft.max(), 1)


def circle(centre: Point, radius: float, stretch: float = 1.0) -> list[Point]:
    """An ellipse's outline; `stretch` is its height over its width."""
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    return [(centre[0] + radius * np.cos(a), centre[1] + radius * stretch * np.sin(a)) for a in angles]


def _curve(points: Sequence[Point], closed: bool) -> list[Point]:
    """A smooth curve through the points. A point given twice in a row is a corner."""
    starts = np.asarray(points, float)
    padded = np.vstack([starts[-1], starts, starts[0]]) if closed else np.vstack([starts[0], starts, starts[-1]])
    before, after = padded[:-2], padded[2:]
    is_corner = (before == starts).all(axis=1) | (after == starts).all(axis=1)
    tangents = np.where(is_corner[:, None], 0, (after - before) / 2)
    if closed:
        ends, end_tangents = np.roll(starts, -1, 0), np.roll(tangents, -1, 0)
    else:
        starts, ends, tangents, end_tangents = starts[:-1], starts[1:], tangents[:-1], tangents[1:]
    t = np.linspace(0, 1, CURVE_STEPS, endpoint=False)[:, None, None]
    curve = (
        (2 * t**3 - 3 * t**2 + 1) * starts
        + (t**3 - 2 * t**2 + t) * tangents
        + (3 * t**2 - 2 * t**3) * ends
        + (t**3 - t**2) * end_tangents
    )
    path = curve.transpose(1, 0, 2).reshape(-1, 2)
    return [tuple(point) for point in (path if closed else np.vstack([path, ends[-1]]))]
