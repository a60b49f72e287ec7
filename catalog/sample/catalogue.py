"""The sample catalogue: some three hundred drawn products with names and attributes, the same on every machine."""

import csv
import io
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from catalog.sample import SKU, designs
from catalog.sample.canvas import Canvas
from catalog.sample.fabrics import COLOURS, Fabric

FIRST_SEED = 1001
VARIANTS_PER_CUT = 6
BRANDS = ("Marais", "Tidewater", "Hollow Oak", "Nordlicht", "Paloma", "Kiln & Loom", "Field Notes", "Sorrel")
APPAREL = (
    "Black",
    "White",
    "Grey",
    "Navy Blue",
    "Blue",
    "Turquoise Blue",
    "Green",
    "Olive",
    "Red",
    "Maroon",
    "Pink",
    "Peach",
    "Orange",
    "Yellow",
    "Mustard",
    "Lavender",
    "Purple",
    "Beige",
)
LEATHERS = ("Black", "Brown", "Tan", "Maroon", "Navy Blue", "Beige", "Red", "Olive", "Grey", "White")
METALS = ("Gold", "Silver")
GEMS = ("Red", "Green", "Blue", "Turquoise Blue", "Purple", "White", "Pink")
PRINTS = ("Solid", "Striped", "Polka Dot", "Floral", "Chevron", "Melange")
WOVEN = ("Solid", "Checked", "Gingham", "Pinstriped", "Polka Dot", "Denim")
PLAIN = ("Solid", "Melange")


EUROS = {
    "Tshirts": 19, "Tops": 24, "Shirts": 39, "Sweatshirts": 49, "Jackets": 119, "Blazers": 139, "Coats": 169,
    "Dresses": 69, "Skirts": 44, "Jeans": 79, "Shorts": 34, "Track Pants": 39, "Casual Shoes": 74, "Sports Shoes": 99,
    "Boots": 129, "Heels": 89, "Flip Flops": 19, "Handbags": 109, "Backpacks": 64, "Watches": 149, "Sunglasses": 59,
    "Belts": 29, "Caps": 19, "Scarves": 29, "Ties": 24, "Necklace and Chains": 49, "Earrings": 34, "Ring": 39,
}  # fmt: skip
"""About what things of each kind cost"""
SIZES = {
    "Apparel": ("XS", "S", "M", "L", "XL"),
    "Men": ("41", "42", "43", "44", "45"),
    "Women": ("36", "37", "38", "39", "40"),
}
"""Of clothes, and of shoes by whom they are for"""
ON_SALE, SOLD_OUT, SIZE_SOLD_OUT = 0.2, 0.06, 0.15


@dataclass(frozen=True)
class Line:
    """One kind of product of the collection: what draws it, where it stands in the shop, and what it comes in."""

    draw: Callable[[Canvas, Fabric, str], None]
    path: tuple[str, str, str]
    noun: str
    cuts: tuple[str, ...]
    genders: tuple[str, ...]
    colours: tuple[str, ...]
    patterns: tuple[str, ...]
    usages: tuple[str, ...]
    season: str


@dataclass(frozen=True)
class SampleProduct:
    """One drawn product: its rows of styles.csv, one for each size, and how to draw it."""

    seed: int
    line: int
    cut: str
    fabric: Fabric
    row: dict[str, str]
    """What all its rows have"""

    def rows(self) -> Iterator[dict[str, str]]:
        """Each size with its id and whether it is there; a single row where there are none."""
        random = np.random.default_rng(self.seed)
        is_sold_out = random.random() < SOLD_OUT
        master, sub, gender = (self.row[name] for name in ("masterCategory", "subCategory", "gender"))
        sizes = SIZES.get(gender if sub in ("Shoes", "Flip Flops") else master, ("",))
        for size in sizes:
            is_out = is_sold_out or (len(sizes) > 1 and random.random() < SIZE_SOLD_OUT)
            availability = "out of stock" if is_out else "in stock"
            sku = "-".join(filter(None, (self.row["id"], size)))
            yield {**self.row, "id": sku, "item_group_id": self.row["id"], "size": size, "availability": availability}


BOTH = ("Men", "Women")
WOMEN, MEN, UNISEX = ("Women",), ("Men",), ("Unisex",)
TOPWEAR, BOTTOMWEAR = ("Apparel", "Topwear"), ("Apparel", "Bottomwear")
SHOES = ("Footwear", "Shoes")
LINES = (
    Line(designs.tee, (*TOPWEAR, "Tshirts"), "T-shirt", ("round", "v", "long"), BOTH, APPAREL, PRINTS, ("Casual",), "Summer"),
    Line(designs.tee, (*TOPWEAR, "Tshirts"), "Polo T-shirt", ("polo",), MEN, APPAREL, ("Solid", "Striped"), ("Casual",), "Summer"),
    Line(designs.tee, (*TOPWEAR, "Tops"), "Top", ("tank",), WOMEN, APPAREL, PRINTS, ("Casual",), "Summer"),
    Line(designs.shirt, (*TOPWEAR, "Shirts"), "Shirt", ("long", "short"), BOTH, APPAREL, WOVEN, ("Casual", "Formal"), "Summer"),
    Line(designs.hoodie, (*TOPWEAR, "Sweatshirts"), "Sweatshirt", ("hood", "crew", "zip"), BOTH, APPAREL, PLAIN, ("Casual", "Sports"), "Winter"),
    Line(designs.jacket, (*TOPWEAR, "Jackets"), "Jacket", ("bomber",), BOTH, LEATHERS, ("Solid", "Denim"), ("Casual",), "Winter"),
    Line(designs.jacket, (*TOPWEAR, "Blazers"), "Blazer", ("blazer",), BOTH, LEATHERS, ("Solid", "Pinstriped", "Checked"), ("Formal",), "Fall"),
    Line(designs.jacket, (*TOPWEAR, "Coats"), "Coat", ("coat",), WOMEN, LEATHERS, ("Solid", "Melange", "Checked"), ("Casual",), "Winter"),
    Line(designs.dress, ("Apparel", "Dress", "Dresses"), "Dress", ("flared", "shift", "maxi"), WOMEN, APPAREL, PRINTS, ("Casual", "Party"), "Summer"),
    Line(designs.skirt, (*BOTTOMWEAR, "Skirts"), "Skirt", ("pleated", "pencil", "mini"), WOMEN, APPAREL, PRINTS, ("Casual",), "Summer"),
    Line(designs.trousers, (*BOTTOMWEAR, "Jeans"), "Jeans", ("slim", "wide"), BOTH, ("Blue", "Navy Blue", "Black", "Grey", "White", "Olive"), ("Denim",), ("Casual",), "Fall"),
    Line(designs.trousers, (*BOTTOMWEAR, "Shorts"), "Shorts", ("shorts",), MEN, APPAREL, WOVEN, ("Casual",), "Summer"),
    Line(designs.trousers, (*BOTTOMWEAR, "Track Pants"), "Track Pants", ("jogger",), BOTH, APPAREL, PLAIN, ("Sports",), "Winter"),
    Line(designs.sneaker, (*SHOES, "Casual Shoes"), "Sneakers", ("low", "high"), BOTH, APPAREL, ("Solid", "Checked"), ("Casual",), "Summer"),
    Line(designs.sneaker, (*SHOES, "Sports Shoes"), "Running Shoes", ("runner",), BOTH, APPAREL, ("Solid",), ("Sports",), "Summer"),
    Line(designs.boot, (*SHOES, "Boots"), "Boots", ("ankle", "tall"), WOMEN, LEATHERS, ("Solid",), ("Casual",), "Winter"),
    Line(designs.heel, (*SHOES, "Heels"), "Heels", ("stiletto", "block"), WOMEN, APPAREL, ("Solid",), ("Party", "Formal"), "Summer"),
    Line(designs.sandal, ("Footwear", "Flip Flops", "Flip Flops"), "Flip Flops", ("flip", "slide"), BOTH, APPAREL, ("Solid", "Striped"), ("Casual",), "Summer"),
    Line(designs.handbag, ("Accessories", "Bags", "Handbags"), "Handbag", ("tote", "satchel", "clutch"), WOMEN, LEATHERS, ("Solid",), ("Casual",), "Fall"),
    Line(designs.backpack, ("Accessories", "Bags", "Backpacks"), "Backpack", ("city", "roll"), UNISEX, APPAREL, ("Solid", "Denim"), ("Casual",), "Fall"),
    Line(designs.watch, ("Accessories", "Watches", "Watches"), "Watch", ("strap", "bracelet", "square"), BOTH, LEATHERS, ("Solid",), ("Casual", "Formal"), "Winter"),
    Line(designs.sunglasses, ("Accessories", "Eyewear", "Sunglasses"), "Sunglasses", ("round", "wayfarer", "aviator"), UNISEX, (*LEATHERS[:6], "Gold"), ("Solid",), ("Casual",), "Summer"),
    Line(designs.belt, ("Accessories", "Belts", "Belts"), "Belt", ("pin", "plate"), MEN, LEATHERS, ("Solid",), ("Formal", "Casual"), "Fall"),
    Line(designs.cap, ("Accessories", "Headwear", "Caps"), "Cap", ("baseball",), UNISEX, APPAREL, ("Solid", "Denim"), ("Casual",), "Summer"),
    Line(designs.cap, ("Accessories", "Headwear", "Caps"), "Beanie", ("beanie",), UNISEX, APPAREL, ("Solid", "Melange", "Striped"), ("Casual",), "Winter"),
    Line(designs.scarf, ("Accessories", "Scarves", "Scarves"), "Scarf", ("loop", "long"), WOMEN, APPAREL, WOVEN[:5], ("Casual",), "Winter"),
    Line(designs.tie, ("Accessories", "Ties", "Ties"), "Tie", ("long", "bow"), MEN, APPAREL, ("Solid", "Striped", "Polka Dot", "Checked"), ("Formal",), "Fall"),
    Line(designs.jewellery, ("Accessories", "Jewellery", "Necklace and Chains"), "Necklace", ("necklace",), WOMEN, METALS, ("Solid",), ("Party",), "Summer"),
    Line(designs.jewellery, ("Accessories", "Jewellery", "Earrings"), "Earrings", ("earrings",), WOMEN, METALS, ("Solid",), ("Party",), "Summer"),
    Line(designs.jewellery, ("Accessories", "Jewellery", "Ring"), "Ring", ("ring",), WOMEN, METALS, ("Solid",), ("Party",), "Summer"),
)  # fmt: skip


def write_catalogue(folder: Path) -> tuple[Path, Path]:
    """Draws the sample catalogue into a folder, with a bar; (styles.csv, folder of the pictures)."""
    products = list(sample_products())
    styles, images = folder / "styles.csv", folder / "images"
    images.mkdir()
    with styles.open("w", newline="", encoding="utf-8") as stream:
        rows = [row for product in products for row in product.rows()]
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        pictures = tqdm(pool.map(draw, products, chunksize=4), total=len(products), desc="Drawing", unit="picture")
        for product, picture in zip(products, pictures, strict=True):
            (images / f"{product.row['id']}.jpg").write_bytes(picture)
    return styles, images


def draw(product: SampleProduct) -> bytes:
    """The picture of a product as a JPEG file."""
    canvas = Canvas(seed=product.seed)
    LINES[product.line].draw(canvas, product.fabric, product.cut)
    stream = io.BytesIO()
    canvas.picture().save(stream, "JPEG", quality=90, subsampling=0)
    return stream.getvalue()


def sample_products() -> Iterator[SampleProduct]:
    """Every cut of every line in different colours and patterns, shuffled as a shop would show them."""
    random = np.random.default_rng(2012)
    drafts = [
        (number, cut, variant)
        for number, line in enumerate(LINES)
        for cut in line.cuts
        for variant in range(VARIANTS_PER_CUT)
    ]
    for position, draft in enumerate(random.permutation(len(drafts))):
        number, cut, variant = drafts[draft]
        yield _product(random, position, number, cut, variant)


def _product(random: np.random.Generator, position: int, number: int, cut: str, variant: int) -> SampleProduct:
    line = LINES[number]
    # Variants walk through colours and patterns, so that no two products of a cut are the same.
    start = sum(map(ord, line.noun + cut))
    colour = line.colours[(start + variant) % len(line.colours)]
    pattern = line.patterns[(start + variant) % len(line.patterns)]
    gender = line.genders[variant % len(line.genders)]
    fabric = Fabric(COLOURS[colour], pattern, _second_colour(random, line, colour, variant))
    brand = BRANDS[int(random.integers(len(BRANDS)))]
    words = [brand, gender, pattern if pattern not in ("Solid", line.noun) else "", colour, line.noun]
    master, sub, article = line.path
    row = {
        "id": SKU.format(1 + position),
        "gender": gender,
        "masterCategory": master,
        "subCategory": sub,
        "articleType": article,
        "baseColour": colour,
        "season": line.season,
        "year": str(2024 + variant % 3),
        "usage": line.usages[variant % len(line.usages)],
        "productDisplayName": " ".join(filter(None, words)),
        "brand": brand,
        **_prices(FIRST_SEED + position, article),
        "description": f"{line.noun} in {colour.lower()}, {pattern.lower()}.\nDrawn for this sample: nobody sells it.",
    }
    return SampleProduct(FIRST_SEED + position, number, cut, fabric, row)


def _prices(seed: int, article: str) -> dict[str, str]:
    random = np.random.default_rng([seed, 1])
    euros = round(EUROS[article] * float(random.choice([0.8, 0.9, 1, 1.1, 1.3])))
    sale = f"{round(euros * 0.7)}.90 EUR" if random.random() < ON_SALE else ""
    return {"price": f"{euros}.90 EUR", "sale price": sale}


def _second_colour(random: np.random.Generator, line: Line, colour: str, variant: int) -> tuple[int, int, int]:
    if line.draw is designs.jewellery:
        return COLOURS[GEMS[variant % len(GEMS)]]
    is_light = sum(COLOURS[colour]) > 480
    choices = ("Navy Blue", "Red", "Green", "Black") if is_light else ("White", "Beige", "Yellow", "White")
    return COLOURS[choices[int(random.integers(len(choices)))]]
