"""The designs of the sample catalogue: each draws one kind of product in a fabric and one of its cuts."""

from catalog.sample.canvas import Canvas, Point, circle, mirrored
from catalog.sample.fabrics import Fabric, shaded

METAL = Fabric((196, 199, 204))
BRASS = Fabric((206, 170, 98))
DARK = Fabric((44, 42, 44))
RUBBER = Fabric((238, 236, 230))
GLASS = Fabric((52, 54, 62))
LEATHER = Fabric((104, 70, 48))


def tee(canvas: Canvas, fabric: Fabric, cut: str) -> None:
    """Cuts: round, v, polo, long, tank."""
    _top(canvas, fabric, sleeve={"long": 0.98, "tank": 0.0}.get(cut, 0.5), width=0.235, hem=1.08, folds=3)
    _neck(canvas, fabric, depth=0.33 if cut == "v" else 0.26, is_v=cut == "v")
    if cut == "polo":
        _collar(canvas, fabric.darker(0.15), depth=0.31)
        canvas.line([(0, 0.31), (0, 0.45)], shaded(fabric.colour, 0.35))
        for y in (0.34, 0.39, 0.44):
            canvas.disc((0.008, y), 0.007, RUBBER)


def shirt(canvas: Canvas, fabric: Fabric, cut: str) -> None:
    """Cuts: long, short."""
    _top(canvas, fabric, sleeve=1.0 if cut == "long" else 0.55, width=0.24, hem=1.12, folds=4, tail=0.05)
    seam = shaded(fabric.colour, 0.3)
    _neck(canvas, fabric, depth=0.3, is_v=True)
    canvas.line([(0.016, 0.31), (0.016, 1.14)], seam, 0.003)
    canvas.line([(-0.016, 0.31), (-0.016, 1.14)], seam, 0.003)
    for step in range(7):
        canvas.disc((0, 0.36 + step * 0.115), 0.008, RUBBER)
    canvas.shape(
        [(0.07, 0.5), (0.07, 0.5), (0.17, 0.5), (0.17, 0.5), (0.17, 0.61), (0.12, 0.64), (0.07, 0.61)],
        fabric,
        volume=0.12,
        shadow=False,
    )
    canvas.line([(0.07, 0.5), (0.17, 0.5)], seam, 0.003)
    _collar(canvas, fabric, depth=0.36)


def hoodie(canvas: Canvas, fabric: Fabric, cut: str) -> None:
    """Cuts: hood, crew, zip."""
    if cut != "crew":
        canvas.shape(mirrored([(0, 0.1), (0.11, 0.12), (0.16, 0.24), (0.1, 0.34), (0, 0.36)]), fabric.darker(0.3))
    _top(canvas, fabric, sleeve=1.02, width=0.265, hem=1.04, folds=4)
    _neck(canvas, fabric, depth=0.29, is_v=False)
    rib = fabric.darker(0.18)
    canvas.shape(_box(-0.235, 1.0, 0.235, 1.07), rib, volume=0.2, shadow=False)
    if cut == "zip":
        canvas.line([(0, 0.29), (0, 1.06)], METAL.colour, 0.008)
    if cut != "crew":
        canvas.shape(
            mirrored([(0, 0.17), (0.1, 0.2), (0.125, 0.27), (0.07, 0.35), (0, 0.38)]),
            fabric.darker(0.08),
            holes=[mirrored([(0, 0.2), (0.07, 0.22), (0.08, 0.27), (0.04, 0.32), (0, 0.34)])],
            shadow=False,
        )
        for side in (-1, 1):
            canvas.line([(side * 0.035, 0.34), (side * 0.04, 0.42), (side * 0.035, 0.5)], RUBBER.colour, 0.007)
        pocket = [(0.08, 0.74), (0.08, 0.74), (0.165, 0.88), (0.165, 0.97), (0.165, 0.97)]
        canvas.line([*pocket, *((-x, y) for x, y in reversed(pocket))], shaded(fabric.colour, 0.3), 0.004)


def jacket(canvas: Canvas, fabric: Fabric, cut: str) -> None:
    """Cuts: bomber, blazer, coat."""
    hem = {"bomber": 0.98, "blazer": 1.12, "coat": 1.26}[cut]
    _top(canvas, fabric, sleeve=1.0, width=0.25, hem=hem, folds=3, flare=0.05 if cut == "coat" else 0.0)
    seam = shaded(fabric.colour, 0.4)
    if cut == "bomber":
        _neck(canvas, fabric, depth=0.27, is_v=False)
        canvas.line([(0, 0.27), (0, hem)], BRASS.colour, 0.008)
        canvas.shape(_box(-0.22, hem - 0.06, 0.22, hem + 0.01), fabric.darker(0.35), volume=0.2, shadow=False)
        for side in (-1, 1):
            canvas.line([(side * 0.1, 0.78), (side * 0.16, 0.68)], seam, 0.006)
        return
    canvas.shape(mirrored([(0, 0.2), (0.07, 0.2), (0.06, 0.36), (0, 0.62)]), RUBBER, volume=0.2, shadow=False)
    for side in (-1, 1):
        lapel = [
            (0.065, 0.19),
            (0.14, 0.3),
            (0.14, 0.3),
            (0.12, 0.36),
            (0.15, 0.39),
            (0.15, 0.39),
            (0.0, 0.64),
            (0.05, 0.4),
        ]
        canvas.shape([(side * x, y) for x, y in lapel], fabric.darker(0.12), volume=0.2)
        canvas.shape(
            _box(min(side * 0.07, side * 0.18), 0.86, max(side * 0.07, side * 0.18), 0.89),
            fabric.darker(0.15),
            volume=0.1,
            shadow=False,
        )
    canvas.line([(0.0, 0.64), (0.004, hem)], seam, 0.004)
    for step in range(2 if cut == "blazer" else 3):
        canvas.disc((0.025, 0.7 + step * 0.13), 0.014, DARK)


def dress(canvas: Canvas, fabric: Fabric, cut: str) -> None:
    """Cuts: flared, shift, maxi."""
    hem, flare = {"flared": (1.02, 0.3), "shift": (1.0, 0.18), "maxi": (1.27, 0.27)}[cut]
    waist = 0.115 if cut != "shift" else 0.15
    skirt_half = [(waist, 0.53), ((waist + flare) / 2 + 0.02, (0.53 + hem) / 2), (flare, hem), (flare, hem)]
    half = [
        (0.055, 0.1),
        (0.105, 0.1),
        (0.105, 0.1),
        (0.11, 0.2),
        (0.155, 0.29),
        (0.14, 0.4),
        *skirt_half,
        (0, hem + 0.03),
    ]
    canvas.shape(mirrored(half), fabric, folds=7 if cut != "shift" else 2)
    _neck(canvas, fabric, depth=0.2, is_v=cut == "maxi", top=0.1, width=0.06)
    if cut != "shift":
        canvas.shape(_box(-waist - 0.003, 0.51, waist + 0.003, 0.545), fabric.darker(0.4), volume=0.3, shadow=False)


def skirt(canvas: Canvas, fabric: Fabric, cut: str) -> None:
    """Cuts: pleated, pencil, mini."""
    hem, flare = {"pleated": (1.1, 0.33), "pencil": (1.12, 0.17), "mini": (0.78, 0.26)}[cut]
    half = [(0.13, 0.26), (0.13, 0.26), (0.19, 0.42), (flare, hem), (flare, hem), (0, hem + 0.03)]
    canvas.shape(mirrored(half), fabric, folds=3)
    if cut == "pleated":
        for step in range(-4, 5):
            canvas.line(
                [(step * 0.028, 0.3), (step * 0.045, 0.6), (step * 0.07, hem)], shaded(fabric.colour, 0.25), 0.003
            )
    canvas.shape(_box(-0.135, 0.23, 0.135, 0.29), fabric.darker(0.2), volume=0.3, shadow=False)


def trousers(canvas: Canvas, fabric: Fabric, cut: str) -> None:
    """Cuts: slim, wide, shorts, jogger."""
    hem = 0.68 if cut == "shorts" else 1.25
    outer, inner = {"slim": (0.135, 0.05), "wide": (0.235, 0.035), "shorts": (0.21, 0.03), "jogger": (0.12, 0.05)}[cut]
    half = [(0.135, 0.1), (0.135, 0.1), (0.18, 0.3), ((0.17 + outer) / 2, (0.3 + hem) / 2), (outer, hem), (outer, hem)]
    half += [(inner, hem), (inner, hem), (0.022, 0.44), (0.0, 0.37)]
    canvas.shape(mirrored(half), fabric, folds=5)
    seam = shaded(fabric.colour, 0.35)
    canvas.shape(_box(-0.138, 0.085, 0.138, 0.13), fabric.darker(0.15), volume=0.25, shadow=False)
    canvas.line([(0, 0.13), (0, 0.37)], seam, 0.003)
    for side in (-1, 1):
        canvas.line([(side * 0.09, 0.135), (side * 0.11, 0.2), (side * 0.165, 0.23)], seam, 0.004)
        if cut == "jogger":
            canvas.shape(
                _box(min(side * inner, side * outer), hem - 0.05, max(side * inner, side * outer), hem + 0.01),
                fabric.darker(0.3),
                shadow=False,
            )
            canvas.line([(side * 0.012, 0.12), (side * 0.03, 0.26)], RUBBER.colour, 0.006)
    if cut != "jogger":
        canvas.disc((0, 0.108), 0.012, BRASS)


def sneaker(canvas: Canvas, fabric: Fabric, cut: str) -> None:
    """Cuts: low, high, runner."""
    ankle = 0.4 if cut == "high" else 0.58
    upper = [
        (-0.4, 0.82),
        (-0.41, 0.7),
        (-0.38, ankle),
        (-0.2, ankle - 0.02),
        (-0.13, 0.64),
        (0.12, 0.72),
        (0.35, 0.76),
        (0.42, 0.84),
        (0.42, 0.88),
        (-0.4, 0.88),
    ]
    canvas.shape(upper, fabric, volume=0.4, folds=1)
    canvas.shape(
        [(0.2, 0.74), (0.34, 0.755), (0.425, 0.84), (0.42, 0.88), (0.16, 0.88), (0.17, 0.8)],
        fabric.darker(0.2),
        shadow=False,
    )
    canvas.shape([(-0.405, 0.72), (-0.3, 0.74), (-0.25, 0.88), (-0.4, 0.88)], fabric.darker(0.3), shadow=False)
    stripe = Fabric(fabric.second) if fabric.pattern == "Solid" else fabric.darker(0.4)
    if cut == "runner":
        canvas.shape([(-0.2, 0.7), (-0.05, 0.78), (0.16, 0.79), (-0.05, 0.84), (-0.22, 0.78)], stripe, shadow=False)
        sole = [
            (-0.45, 0.85),
            (-0.2, 0.89),
            (0.2, 0.88),
            (0.46, 0.84),
            (0.45, 0.95),
            (0.2, 0.97),
            (-0.2, 0.98),
            (-0.44, 0.98),
        ]
    else:
        sole = [(-0.43, 0.87), (-0.43, 0.87), (0.44, 0.87), (0.45, 0.93), (0.4, 0.955), (-0.42, 0.955), (-0.43, 0.93)]
    canvas.shape(sole, RUBBER, volume=0.25)
    for step in range(6 if cut == "high" else 4):
        x, y = 0.1 - step * 0.055, 0.72 - step * (0.055 if cut == "high" else 0.03)
        canvas.line([(x - 0.035, y + 0.045), (x + 0.02, y - 0.015)], RUBBER.colour, 0.012)


def boot(canvas: Canvas, fabric: Fabric, cut: str) -> None:
    """Cuts: ankle, tall."""
    top = 0.22 if cut == "tall" else 0.5
    shaft = [
        (-0.3, top),
        (-0.3, top),
        (-0.05, top),
        (-0.05, top),
        (-0.06, 0.62),
        (0.04, 0.76),
        (0.27, 0.84),
        (0.34, 0.93),
        (0.34, 0.97),
        (-0.3, 0.97),
        (-0.31, 0.75),
        (-0.29, 0.6),
    ]
    canvas.shape(shaft, fabric, volume=0.45, folds=2)
    canvas.shape(
        [
            (-0.31, 0.96),
            (-0.31, 0.96),
            (0.35, 0.96),
            (0.36, 0.99),
            (-0.14, 1.0),
            (-0.15, 1.06),
            (-0.15, 1.06),
            (-0.31, 1.06),
            (-0.31, 1.06),
        ],
        DARK,
        volume=0.2,
    )
    canvas.line([(-0.18, top + 0.02), (-0.18, 0.7)], shaded(fabric.colour, 0.35), 0.005)
    if cut == "ankle":
        canvas.shape([(-0.16, 0.55), (-0.06, 0.55), (-0.07, 0.68), (-0.15, 0.7)], DARK, shadow=False, volume=0.1)


def heel(canvas: Canvas, fabric: Fabric, cut: str) -> None:
    """Cuts: stiletto, block."""
    canvas.shape(
        [
            (-0.36, 0.5),
            (-0.24, 0.56),
            (-0.1, 0.74),
            (0.1, 0.8),
            (0.33, 0.86),
            (0.4, 0.93),
            (0.36, 0.955),
            (0.14, 0.94),
            (-0.06, 0.87),
            (-0.22, 0.76),
            (-0.36, 0.72),
            (-0.4, 0.6),
        ],
        fabric,
        volume=0.45,
    )
    width = 0.02 if cut == "stiletto" else 0.075
    canvas.shape(
        [(-0.39, 0.69), (-0.24, 0.74), (-0.355 + width, 0.95), (-0.355 + width, 0.95), (-0.375, 0.95), (-0.375, 0.95)],
        fabric.darker(0.25),
        volume=0.3,
    )
    canvas.line([(-0.25, 0.75), (-0.06, 0.875), (0.14, 0.948), (0.37, 0.962)], LEATHER.colour, 0.012)
    if cut == "block":
        canvas.line([(-0.34, 0.46), (-0.22, 0.42), (-0.16, 0.52), (-0.2, 0.64)], fabric.colour, 0.018)


def sandal(canvas: Canvas, fabric: Fabric, cut: str) -> None:
    """Cuts: flip, slide."""
    for side in (-1, 1):
        sole = [
            (0.15, 0.24),
            (0.07, 0.34),
            (0.085, 0.6),
            (0.08, 0.9),
            (0.15, 1.06),
            (0.22, 0.98),
            (0.225, 0.6),
            (0.245, 0.36),
        ]
        canvas.shape([(side * x, y) for x, y in sole], fabric.darker(0.35), volume=0.3)
        inset = [(side * (0.155 + (x - 0.155) * 0.86), 0.65 + (y - 0.65) * 0.93) for x, y in sole]
        canvas.shape(inset, fabric, volume=0.25, shadow=False)
        if cut == "flip":
            strap = shaded(fabric.colour, 0.55)
            canvas.line([(side * 0.088, 0.66), (side * 0.125, 0.5), (side * 0.155, 0.4)], strap, 0.022)
            canvas.line([(side * 0.225, 0.66), (side * 0.19, 0.5), (side * 0.155, 0.4)], strap, 0.022)
        else:
            canvas.shape(
                [
                    (side * x, y)
                    for x, y in ((0.065, 0.46), (0.16, 0.4), (0.25, 0.46), (0.24, 0.66), (0.155, 0.6), (0.07, 0.66))
                ],
                fabric.darker(0.15),
                volume=0.4,
            )


def handbag(canvas: Canvas, fabric: Fabric, cut: str) -> None:
    """Cuts: tote, satchel, clutch."""
    trim = fabric.darker(0.35)
    if cut == "clutch":
        canvas.shape(_rounded(-0.36, 0.5, 0.36, 0.92), fabric, volume=0.35)
        canvas.shape(
            [(-0.36, 0.5), (-0.36, 0.5), (0.36, 0.5), (0.36, 0.5), (0.3, 0.66), (0, 0.76), (-0.3, 0.66)],
            fabric.darker(0.1),
        )
        canvas.disc((0, 0.735), 0.026, BRASS)
        return
    high = 0.18 if cut == "tote" else 0.3
    for drop in (0.0, 0.025):
        canvas.line(
            [(-0.15, 0.56 - drop), (-0.14, high + 0.08), (0, high), (0.14, high + 0.08), (0.15, 0.56 - drop)],
            trim.colour,
            0.022,
        )
    if cut == "tote":
        canvas.shape(
            [
                (-0.33, 0.48),
                (-0.33, 0.48),
                (0.33, 0.48),
                (0.33, 0.48),
                (0.28, 1.08),
                (0.26, 1.1),
                (-0.26, 1.1),
                (-0.28, 1.08),
            ],
            fabric,
            folds=2,
        )
        canvas.line([(-0.32, 0.53), (0.32, 0.53)], trim.colour, 0.004, dashed=True)
    else:
        canvas.shape(_rounded(-0.34, 0.5, 0.34, 1.02), fabric, volume=0.4)
        canvas.shape(
            [(-0.345, 0.5), (-0.345, 0.5), (0.345, 0.5), (0.345, 0.5), (0.33, 0.74), (0, 0.78), (-0.33, 0.74)],
            fabric.darker(0.12),
        )
        canvas.shape(_rounded(-0.035, 0.7, 0.035, 0.84), BRASS, volume=0.3)
    for x in (-0.15, 0.15):
        canvas.disc((x, 0.54), 0.016, BRASS)


def backpack(canvas: Canvas, fabric: Fabric, cut: str) -> None:
    """Cuts: city, roll."""
    trim = fabric.darker(0.35)
    canvas.line([(-0.07, 0.25), (-0.06, 0.15), (0.06, 0.15), (0.07, 0.25)], trim.colour, 0.025)
    for side in (-1, 1):
        canvas.line([(side * 0.2, 0.36), (side * 0.37, 0.6), (side * 0.31, 1.0)], trim.colour, 0.04)
    canvas.shape(_rounded(-0.29, 0.22, 0.29, 1.14), fabric, volume=0.4, folds=2)
    canvas.shape(_rounded(-0.23, 0.7, 0.23, 1.08), fabric.darker(0.12), volume=0.35)
    canvas.line([(-0.2, 0.77), (0.2, 0.77)], METAL.colour, 0.007)
    if cut == "city":
        canvas.line([(-0.26, 0.52), (-0.22, 0.34), (0, 0.28), (0.22, 0.34), (0.26, 0.52)], trim.colour, 0.008)
        canvas.disc((0.2, 0.79), 0.013, METAL)
    else:
        canvas.shape(_rounded(-0.3, 0.2, 0.3, 0.42), trim, volume=0.35)
        for x in (-0.14, 0.14):
            canvas.shape(_box(x - 0.018, 0.38, x + 0.018, 0.74), LEATHER, volume=0.2)
            canvas.disc((x, 0.66), 0.018, BRASS)


def watch(canvas: Canvas, fabric: Fabric, cut: str) -> None:
    """Cuts: strap, bracelet, square."""
    band = METAL if cut == "bracelet" else fabric
    canvas.shape(
        mirrored([(0.085, 0.1), (0.085, 0.1), (0.105, 0.45), (0.1, 0.9), (0.08, 1.24), (0.08, 1.24)]), band, volume=0.5
    )
    for step in range(24):
        y = 0.13 + step * 0.047
        if cut == "bracelet":
            canvas.line([(-0.1, y), (0.1, y)], (146, 149, 154), 0.004)
        elif y > 0.98:
            canvas.disc((0, y), 0.009, DARK)
    dial = Fabric(shaded(fabric.colour, 0.1)) if cut == "bracelet" else RUBBER
    if cut == "square":
        canvas.shape(_rounded(-0.17, 0.5, 0.17, 0.84), BRASS, volume=0.35)
        canvas.shape(_rounded(-0.14, 0.53, 0.14, 0.81), dial, volume=0.15, shadow=False)
    else:
        canvas.shape(_box(0.17, 0.645, 0.21, 0.69), METAL)
        canvas.disc((0, 0.667), 0.19, METAL, volume=0.45, shadow=True)
        canvas.disc((0, 0.667), 0.155, dial, volume=0.2)
    ink = (52, 52, 56) if dial is RUBBER else (240, 240, 240)
    for mark in circle((0, 0.667), 0.125)[::2]:
        canvas.disc(mark, 0.007, Fabric(ink), volume=0)
    canvas.line([(0, 0.667), (0.055, 0.61)], ink, 0.011)
    canvas.line([(0, 0.667), (-0.03, 0.565)], ink, 0.007)


def sunglasses(canvas: Canvas, fabric: Fabric, cut: str) -> None:
    """Cuts: round, wayfarer, aviator."""
    for side in (-1, 1):
        canvas.line([(side * 0.36, 0.6), (side * 0.4, 0.52), (side * 0.3, 0.44)], shaded(fabric.colour, 0.15), 0.016)
        if cut == "round":
            outer = circle((side * 0.19, 0.66), 0.155)
        elif cut == "wayfarer":
            outer = [
                (side * x, y)
                for x, y in ((0.035, 0.57), (0.2, 0.545), (0.38, 0.55), (0.36, 0.72), (0.22, 0.79), (0.08, 0.74))
            ]
        else:
            outer = [
                (side * x, y)
                for x, y in ((0.04, 0.58), (0.2, 0.545), (0.36, 0.58), (0.35, 0.74), (0.22, 0.83), (0.09, 0.75))
            ]
        middle = (sum(x for x, _ in outer) / len(outer), sum(y for _, y in outer) / len(outer))
        rim = 0.93 if cut == "aviator" else 0.82
        lens = [(middle[0] + (x - middle[0]) * rim, middle[1] + (y - middle[1]) * rim) for x, y in outer]
        canvas.shape(outer, fabric, volume=0.2)
        canvas.shape(lens, GLASS, volume=0.5, shadow=False)
        canvas.line(
            [(middle[0] - 0.07, middle[1] + 0.03), (middle[0] - 0.01, middle[1] - 0.06)], (112, 116, 128), 0.014
        )
    canvas.line([(-0.05, 0.6), (0, 0.575), (0.05, 0.6)], fabric.colour, 0.02)


def belt(canvas: Canvas, fabric: Fabric, cut: str) -> None:
    """Cuts: pin, plate."""
    outer, inner = circle((0, 0.68), 0.38, 0.62), circle((0, 0.645), 0.345, 0.5)
    canvas.shape(outer, fabric.darker(0.25), holes=[inner], volume=0.4)
    front = [
        (-0.38, 0.66),
        (-0.2, 0.86),
        (0, 0.905),
        (0.2, 0.86),
        (0.38, 0.66),
        (0.375, 0.76),
        (0.2, 0.955),
        (0, 1.0),
        (-0.2, 0.955),
        (-0.375, 0.76),
    ]
    canvas.shape(front, fabric, volume=0.25)
    buckle = _rounded(-0.085, 0.875, 0.085, 1.025)
    if cut == "pin":
        canvas.shape(buckle, METAL, holes=[_rounded(-0.06, 0.9, 0.06, 1.0)])
        canvas.line([(-0.075, 0.95), (0.06, 0.95)], METAL.colour, 0.016)
    else:
        canvas.shape(buckle, BRASS, volume=0.5)
    for x, y in ((0.15, 0.925), (0.2, 0.902), (0.25, 0.872)):
        canvas.disc((x, y), 0.008, DARK, volume=0)


def cap(canvas: Canvas, fabric: Fabric, cut: str) -> None:
    """Cuts: baseball, beanie."""
    if cut == "beanie":
        canvas.shape(
            mirrored([(0, 0.28), (0.17, 0.34), (0.27, 0.55), (0.28, 0.85), (0.28, 0.85), (0, 0.88)]), fabric, folds=8
        )
        canvas.shape(_rounded(-0.295, 0.76, 0.295, 0.98), fabric.darker(0.12), volume=0.35)
        for step in range(-6, 7):
            canvas.line([(step * 0.043, 0.78), (step * 0.043, 0.96)], shaded(fabric.colour, 0.25), 0.004)
        canvas.disc((0, 0.27), 0.07, fabric.darker(0.1), volume=0.6, shadow=True)
        return
    canvas.shape(
        [(-0.33, 0.78), (-0.32, 0.58), (-0.17, 0.42), (0.04, 0.4), (0.18, 0.52), (0.22, 0.74), (0.22, 0.78), (0, 0.82)],
        fabric,
        folds=1,
    )
    canvas.shape(
        [(0.02, 0.76), (0.22, 0.7), (0.42, 0.77), (0.46, 0.85), (0.3, 0.86), (0.1, 0.83)],
        fabric.darker(0.2),
        volume=0.35,
    )
    canvas.line([(-0.04, 0.405), (-0.07, 0.55), (-0.06, 0.79)], shaded(fabric.colour, 0.3), 0.004)
    canvas.line([(-0.04, 0.405), (0.1, 0.55), (0.13, 0.77)], shaded(fabric.colour, 0.3), 0.004)
    canvas.disc((-0.05, 0.4), 0.018, fabric.darker(0.3))


def scarf(canvas: Canvas, fabric: Fabric, cut: str) -> None:
    """Cuts: loop, long."""
    end = 1.22 if cut == "long" else 1.0
    canvas.shape(
        [(0.02, 0.42), (0.15, 0.4), (0.19, 0.8), (0.2, end), (0.2, end), (0.02, end), (0.02, end), (0.0, 0.8)],
        fabric,
        folds=4,
    )
    canvas.shape(
        [
            (-0.16, 0.42),
            (0.0, 0.42),
            (-0.02, 0.75),
            (-0.03, end - 0.12),
            (-0.03, end - 0.12),
            (-0.21, end - 0.12),
            (-0.21, end - 0.12),
            (-0.19, 0.7),
        ],
        fabric,
        folds=4,
    )
    for step in range(8):
        canvas.line([(0.035 + step * 0.022, end), (0.035 + step * 0.022, end + 0.05)], fabric.colour, 0.006)
        canvas.line([(-0.195 + step * 0.022, end - 0.12), (-0.195 + step * 0.022, end - 0.07)], fabric.colour, 0.006)
    canvas.shape(circle((0, 0.33), 0.26, 0.62), fabric, holes=[circle((0, 0.27), 0.15, 0.5)], volume=0.5, folds=5)


def tie(canvas: Canvas, fabric: Fabric, cut: str) -> None:
    """Cuts: long, bow."""
    if cut == "bow":
        for side in (-1, 1):
            canvas.shape(
                [
                    (side * x, y)
                    for x, y in (
                        (0.02, 0.62),
                        (0.2, 0.53),
                        (0.36, 0.5),
                        (0.37, 0.67),
                        (0.36, 0.84),
                        (0.2, 0.81),
                        (0.02, 0.72),
                    )
                ],
                fabric,
                volume=0.45,
                folds=2,
            )
        canvas.shape(_rounded(-0.05, 0.59, 0.05, 0.75), fabric.darker(0.12), volume=0.4)
        return
    canvas.shape(
        [
            (-0.045, 0.24),
            (-0.045, 0.24),
            (0.045, 0.24),
            (0.045, 0.24),
            (0.1, 1.08),
            (0.1, 1.08),
            (0, 1.21),
            (0, 1.21),
            (-0.1, 1.08),
            (-0.1, 1.08),
        ],
        fabric,
        volume=0.4,
    )
    canvas.shape(
        [
            (-0.07, 0.12),
            (-0.07, 0.12),
            (0.07, 0.12),
            (0.07, 0.12),
            (0.04, 0.26),
            (0.04, 0.26),
            (-0.04, 0.26),
            (-0.04, 0.26),
        ],
        fabric,
        volume=0.4,
    )


def jewellery(canvas: Canvas, fabric: Fabric, cut: str) -> None:
    """Cuts: necklace, earrings, ring."""
    gem = Fabric(fabric.second)
    if cut == "necklace":
        canvas.line(
            [(-0.3, 0.2), (-0.26, 0.5), (-0.12, 0.76), (0, 0.84), (0.12, 0.76), (0.26, 0.5), (0.3, 0.2)],
            fabric.colour,
            0.012,
        )
        for x, y, radius in ((-0.2, 0.645, 0.022), (-0.115, 0.765, 0.028), (0.115, 0.765, 0.028), (0.2, 0.645, 0.022)):
            canvas.disc((x, y), radius, fabric, volume=0.6, shadow=True)
        canvas.shape([(0, 0.83), (0.075, 0.94), (0, 1.06), (-0.075, 0.94)], gem, volume=0.6)
    elif cut == "earrings":
        for x in (-0.19, 0.19):
            canvas.line([(x, 0.42), (x + 0.03, 0.34), (x + 0.045, 0.44)], fabric.colour, 0.01)
            canvas.disc((x, 0.46), 0.035, fabric, volume=0.6, shadow=True)
            canvas.shape([(x, 0.5), (x + 0.085, 0.76), (x, 0.88), (x - 0.085, 0.76)], gem, volume=0.6)
    else:
        canvas.shape(circle((0, 0.78), 0.25), fabric, holes=[circle((0, 0.79), 0.205)], volume=0.6)
        canvas.shape([(-0.075, 0.44), (0.075, 0.44), (0.12, 0.5), (0, 0.6), (-0.12, 0.5)], gem, sharp=True, volume=0.5)
        canvas.line([(-0.12, 0.5), (0.12, 0.5)], shaded(gem.colour, -0.5), 0.004)


def _top(
    canvas: Canvas,
    fabric: Fabric,
    sleeve: float,
    width: float,
    hem: float,
    folds: int,
    tail: float = 0.0,
    flare: float = 0.0,
) -> None:
    """A garment's body, with sleeves from 0 (none) to 1 (to the wrist); the neck comes on top."""
    shoulder = 0.19 if sleeve else 0.13
    if sleeve:
        for side in (-1, 1):
            reach = 0.27 + 0.13 * sleeve, 0.36 + 0.66 * sleeve
            arm = [
                (0.1, 0.2),
                (shoulder + 0.02, 0.225),
                (0.27, 0.36),
                (reach[0] + 0.04, reach[1]),
                (reach[0] + 0.04, reach[1]),
                (reach[0] - 0.075, reach[1] + 0.03),
                (reach[0] - 0.075, reach[1] + 0.03),
                (0.19, 0.5),
                (0.16, 0.4),
            ]
            canvas.shape([(side * x, y) for x, y in arm], fabric, volume=0.4, folds=2)
    half = [
        (0.05, 0.17),
        (0.09, 0.18),
        (shoulder, 0.225),
        (0.2, 0.42),
        (width - 0.02, 0.7),
        (width + flare, hem),
        (width + flare, hem),
        (width * 0.5, hem + tail),
        (0, hem + tail),
    ]
    canvas.shape(mirrored(half), fabric, folds=folds, shadow=True)


def _neck(canvas: Canvas, fabric: Fabric, depth: float, is_v: bool, top: float = 0.17, width: float = 0.09) -> None:
    """The opening: the inside of the back, and a rib around it."""
    bottom = [(0, depth), (0, depth)] if is_v else [(width * 0.6, depth - 0.025), (0, depth)]
    opening = mirrored([(width, top), (width, top), (width * 0.85, top + 0.04), *bottom])
    canvas.shape(opening, fabric.darker(0.45), volume=0.2, shadow=False)
    # From above the seam on, whose curve rises a little over it.
    free = [(width, top - 0.02), (width, top - 0.02), (width, top), (width, top), (0, top + 0.025)]
    canvas.shape(mirrored(free), Fabric((255, 255, 255)), volume=0, shadow=False)
    rim = [(width, top), (width * 0.85, top + 0.04), *bottom[:1]]
    canvas.line([*rim, *((-x, y) for x, y in reversed(rim))], shaded(fabric.colour, 0.22), 0.014)


def _collar(canvas: Canvas, fabric: Fabric, depth: float) -> None:
    for side in (-1, 1):
        flap = [
            (0.095, 0.165),
            (0.095, 0.165),
            (0.115, 0.25),
            (0.075, depth),
            (0.075, depth),
            (0.0, depth - 0.07),
            (0.05, 0.22),
        ]
        canvas.shape([(side * x, y) for x, y in flap], fabric, volume=0.2)


def _box(left: float, top: float, right: float, bottom: float) -> list[Point]:
    """A rectangle; each corner stands twice, so that it stays sharp."""
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    return [corner for corner in corners for _ in range(2)]


def _rounded(left: float, top: float, right: float, bottom: float) -> list[Point]:
    """A rectangle with soft corners."""
    x, y = (right - left) * 0.12, (bottom - top) * 0.12
    return [
        (left, top + y),
        (left + x, top),
        (right - x, top),
        (right, top + y),
        (right, bottom - y),
        (right - x, bottom),
        (left + x, bottom),
        (left, bottom - y),
    ]
