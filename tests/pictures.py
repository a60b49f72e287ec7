"""Pictures for the tests, drawn on the spot, and catalogues made of them."""

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

COLUMNS = (
    "id",
    "gender",
    "masterCategory",
    "subCategory",
    "articleType",
    "baseColour",
    "season",
    "year",
    "usage",
    "productDisplayName",
)
"""Those of Kaggle's styles.csv."""


def drawing(seed: int, size: tuple[int, int] = (90, 120)) -> Image.Image:
    """A garment-like drawing on white; another seed gives another look."""
    random = np.random.default_rng(seed)
    picture = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(picture)
    width, height = size
    for _ in range(4):
        left, right = np.sort(random.uniform(0.15, 0.85, 2)) * width
        top, bottom = np.sort(random.uniform(0.1, 0.9, 2)) * height
        colour = tuple(int(channel) for channel in random.integers(0, 220, 3))
        shape = pen.ellipse if random.random() < 0.5 else pen.rectangle
        shape((left, top, right + 6, bottom + 6), fill=colour)
    return picture


def as_file(picture: Image.Image, form: str = "JPEG", **options: object) -> bytes:
    """The bytes of a picture's file."""
    stream = io.BytesIO()
    picture.save(stream, form, **options)
    return stream.getvalue()


def style(sku: str, **columns: str) -> dict[str, str]:
    """A row of styles.csv."""
    row = {
        "id": sku,
        "gender": "Men",
        "masterCategory": "Apparel",
        "subCategory": "Topwear",
        "articleType": "Shirts",
        "baseColour": "Navy Blue",
        "season": "Fall",
        "year": "2011",
        "usage": "Casual",
        "productDisplayName": f"Shirt {sku}",
    }
    return row | columns


def write_styles(path: Path, rows: Iterable[Mapping[str, str]]) -> Path:
    """A styles.csv of these rows."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_catalogue(folder: Path, count: int) -> tuple[Path, Path]:
    """(styles.csv, folder of pictures) of as many different products, their skus 1, 2, 3 and so on."""
    images = folder / "images"
    images.mkdir()
    for number in range(1, count + 1):
        (images / f"{number}.jpg").write_bytes(as_file(drawing(number)))
    return write_styles(folder / "styles.csv", (style(str(number)) for number in range(1, count + 1))), images


def write_photos(folder: Path) -> None:
    """photos/, labels.csv and kinds.toml: eight photos that somebody took, four of tops and four of nothing."""
    (folder / "photos").mkdir()
    for number in range(8):
        (folder / "photos" / f"{number}.jpg").write_bytes(as_file(drawing(number, (160, 120))))
    lines = "".join(f"{number}.jpg,{'' if number % 2 else 'Top'},1\n" for number in range(8))
    (folder / "labels.csv").write_text(f"file,label,sender\n{lines}", encoding="utf-8")
    (folder / "kinds.toml").write_text('Top = ["Shirts", "Tshirts"]\n', encoding="utf-8")
