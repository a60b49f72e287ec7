"""What sample products are made of: colours and patterns, as pictures to cut shapes from."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[int, int, int]

COLOURS: dict[str, Colour] = {
    "Black": (38, 38, 42),
    "White": (244, 243, 240),
    "Grey": (146, 148, 152),
    "Navy Blue": (35, 45, 86),
    "Blue": (62, 112, 184),
    "Turquoise Blue": (58, 168, 182),
    "Green": (62, 128, 84),
    "Olive": (112, 114, 66),
    "Red": (192, 46, 50),
    "Maroon": (112, 34, 48),
    "Pink": (230, 150, 172),
    "Peach": (244, 186, 154),
    "Orange": (228, 124, 52),
    "Yellow": (240, 198, 74),
    "Mustard": (200, 152, 48),
    "Brown": (116, 78, 54),
    "Tan": (188, 144, 100),
    "Beige": (220, 202, 174),
    "Lavender": (178, 164, 208),
    "Purple": (106, 66, 130),
    "Gold": (212, 172, 92),
    "Silver": (192, 196, 202),
}


@dataclass(frozen=True)
class Fabric:
    """A colour, a pattern and the colour of the pattern."""

    colour: Colour
    pattern: str = "Solid"
    second: Colour = (244, 243, 240)

    def cloth(self, random: np.random.Generator, size: tuple[int, int]) -> Image.Image:
        """A sheet of it, in pixels."""
        sheet = Image.new("RGB", size, self.colour)
        PATTERNS[self.pattern](random, sheet, self.second)
        return sheet

    def darker(self, by: float = 0.25) -> "Fabric":
        """The plain colour for trimmings and seams."""
        return Fabric(shaded(self.colour, by))


def shaded(colour: Colour, by: float) -> Colour:
    """Darker by that share; lighter when it is negative."""
    towards = 0 if by > 0 else 255
    red, green, blue = (round(channel + (towards - channel) * abs(by)) for channel in colour)
    return red, green, blue


def _solid(random: np.random.Generator, sheet: Image.Image, second: Colour) -> None:
    """Nothing on it."""


def _stripes(width: int, gap: int, upright: bool) -> Callable:
    def draw(random: np.random.Generator, sheet: Image.Image, second: Colour) -> None:
        pen = ImageDraw.Draw(sheet)
        for start in range(0, sheet.width if upright else sheet.height, width + gap):
            end = start + width
            pen.rectangle((start, 0, end, sheet.height) if upright else (0, start, sheet.width, end), fill=second)

    return draw


def _checks(random: np.random.Generator, sheet: Image.Image, second: Colour) -> None:
    pen = ImageDraw.Draw(sheet, "RGBA")
    for width, step, opacity in ((34, 96, 110), (6, 96, 170)):
        offset = 0 if width > 10 else 62
        for start in range(offset, sheet.height, step):
            pen.rectangle((0, start, sheet.width, start + width), fill=(*second, opacity))
            pen.rectangle((start, 0, start + width, sheet.height), fill=(*second, opacity))


def _gingham(random: np.random.Generator, sheet: Image.Image, second: Colour) -> None:
    pen = ImageDraw.Draw(sheet, "RGBA")
    for start in range(0, sheet.height, 44):
        pen.rectangle((0, start, sheet.width, start + 22), fill=(*second, 130))
        pen.rectangle((start, 0, start + 22, sheet.height), fill=(*second, 130))


def _dots(random: np.random.Generator, sheet: Image.Image, second: Colour) -> None:
    pen = ImageDraw.Draw(sheet)
    for row, y in enumerate(range(0, sheet.height, 38)):
        for x in range(22 * (row % 2), sheet.width, 44):
            pen.ellipse((x, y, x + 15, y + 15), fill=second)


def _floral(random: np.random.Generator, sheet: Image.Image, second: Colour) -> None:
    pen = ImageDraw.Draw(sheet)
    for row, y in enumerate(range(10, sheet.height, 74)):
        for x in range(14 + 42 * (row % 2), sheet.width, 84):
            turn, radius = random.uniform(0, 6.28), random.uniform(9, 13)
            for petal in range(5):
                angle = turn + petal * 1.2566
                px, py = x + radius * np.cos(angle), y + radius * np.sin(angle)
                pen.ellipse((px - radius * 0.7, py - radius * 0.7, px + radius * 0.7, py + radius * 0.7), fill=second)
            pen.ellipse((x - 5, y - 5, x + 5, y + 5), fill=(232, 190, 84))
            pen.line((x + 16, y + 16, x + 34, y + 30), fill=(104, 140, 96), width=5)


def _chevron(random: np.random.Generator, sheet: Image.Image, second: Colour) -> None:
    pen = ImageDraw.Draw(sheet)
    for y in range(-40, sheet.height + 40, 48):
        points = [(x, y + (24 if (x // 40) % 2 else 0)) for x in range(-40, sheet.width + 80, 40)]
        pen.line(points, fill=second, width=12, joint="curve")


def _melange(random: np.random.Generator, sheet: Image.Image, second: Colour) -> None:
    _add_grain(random, sheet, 9, 0.8)


def _denim(random: np.random.Generator, sheet: Image.Image, second: Colour) -> None:
    _add_grain(random, sheet, 7, 0.6)
    pen = ImageDraw.Draw(sheet, "RGBA")
    for start in range(-sheet.height, sheet.width, 9):
        pen.line((start, 0, start + sheet.height // 2, sheet.height), fill=(255, 255, 255, 20), width=3)


def _add_grain(random: np.random.Generator, sheet: Image.Image, strength: float, blur: float) -> None:
    grain = random.normal(0, strength, (sheet.height // 2, sheet.width // 2))
    soft = Image.fromarray(np.clip(128 + grain, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(blur))
    noise = np.asarray(soft.resize(sheet.size), np.int16)[..., None] - 128
    sheet.paste(Image.fromarray(np.clip(np.asarray(sheet, np.int16) + noise * 2, 0, 255).astype(np.uint8)))


PATTERNS: dict[str, Callable] = {
    "Solid": _solid,
    "Striped": _stripes(16, 30, upright=False),
    "Pinstriped": _stripes(3, 26, upright=True),
    "Checked": _checks,
    "Gingham": _gingham,
    "Polka Dot": _dots,
    "Floral": _floral,
    "Chevron": _chevron,
    "Melange": _melange,
    "Denim": _denim,
}
