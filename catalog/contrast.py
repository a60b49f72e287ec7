"""How clearly one colour stands out against another, and the nearest shade that does so clearly enough.

Colours are written #rrggbb.
"""

EDGE = 3.0
"""Of a border, a button or a focus ring against the page. Source: WCAG 2.2, 1.4.11."""
TEXT = 4.5
"""Of text against what it stands on. Source: WCAG 2.2, 1.4.3."""
BLACK, WHITE = "#000000", "#ffffff"
STEPS = 256


def contrast(one: str, other: str) -> float:
    """From 1, where both are the same, to 21 between black and white."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def text_on(colour: str) -> str:
    """Black or white, whichever is read better on the colour: there is none on which both have less than 4.5:1."""
    return max(WHITE, BLACK, key=lambda text: contrast(text, colour))


def nearest_against(ground: str, colour: str, least: float = EDGE) -> str:
    """The colour, or the first of its darker or lighter shades that stands out against the ground.

    It is darker on a light ground and lighter on a dark one, of the same hue.
    """
    end = text_on(ground)
    shades = (_mixed(colour, end, step / STEPS) for step in range(STEPS))
    return next((shade for shade in shades if contrast(shade, ground) >= least), end)


def _mixed(colour: str, other: str, share: float) -> str:
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(one + (another - one) * share):02x}" for one, another in pairs)


def _channels(colour: str) -> list[int]:
    return list(bytes.fromhex(colour.removeprefix("#")))


def _luminance(colour: str) -> float:
    """From 0 of black to 1 of white. Source: WCAG 2.2, relative luminance."""
    shares = [channel / 255 for channel in _channels(colour)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
