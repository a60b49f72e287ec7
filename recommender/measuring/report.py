"""The report on how well encoders see a catalogue: figures, the same for each category, and sheets of pictures."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from django.db import connection, transaction
from django.template.loader import render_to_string
from PIL import Image, ImageDraw, ImageOps
from tqdm import tqdm

from catalog.importing.pictures import Pictures
from catalog.pictures.decoding import read_picture
from recommender.encoders import PictureEncoder, encode_all
from recommender.measuring import retrieval
from recommender.measuring.products import LABELS, Products
from recommender.neighbours import CANDIDATES

PHOTOGRAPHED_SIZE = (150, 200)
INDEX_QUERIES = 1000
INDEX_NEIGHBOURS = 12
FEWEST_IN_CATEGORY = 10
TILE = (120, 160)
GAP = 8
ROWS_IN_SHEET = 12
RIGHT, WRONG = "#1a9850", "#d73027"
Query = tuple[Image.Image, int, np.ndarray]
"""(The picture asked with, the row of its product, the rows found)."""


@dataclass(frozen=True)
class Seen:
    """What an encoder made of a catalogue of n products, and of m photographs of some of them."""

    gallery: np.ndarray
    """float32 (n, d)"""
    neighbours: np.ndarray
    """int (n, 5)"""
    chosen: np.ndarray
    """int (m,): the rows of the photographed products"""
    photographs: list[np.ndarray]
    found: np.ndarray
    """int (m, 5)"""
    scores: dict[str, np.ndarray]
    """One value for each query, by the name of the figure."""
    milliseconds: float
    """What the encoder takes for a picture, without reading and decoding it."""


class Shop:
    """A catalogue's products with their pictures, read again at their own size whenever one is needed."""

    def __init__(self, products: Products, source: Pictures):
        self.products = products
        self._source = source

    def picture(self, row: int) -> Image.Image:
        return read_picture(self._source.read(str(self.products.skus[row])))

    def small_picture(self, row: int) -> np.ndarray:
        """uint8 (up to 200, up to 150, 3)"""
        picture = self.picture(row)
        picture.thumbnail(PHOTOGRAPHED_SIZE)
        return np.asarray(picture)

    def see(self, encoder: PictureEncoder) -> Seen:
        """Embeds all products and photographs, and looks for the nearest of each by exact search."""
        products = self.products
        rows = tqdm(range(len(products)), desc="Encoding", unit="picture")
        gallery, seconds = encode_all(encoder, (self.picture(row) for row in rows))
        chosen, drawn = retrieval.draw_photographs(len(products), self.small_picture)
        photographs = list(tqdm(drawn, total=len(chosen), desc="Photographing", unit="picture"))
        vectors, _ = encode_all(encoder, map(Image.fromarray, photographs))
        neighbours, found = retrieval.nearest_others(gallery), retrieval.nearest(gallery, vectors)
        scores = retrieval.agreement(neighbours, products.labels)
        scores |= retrieval.photo_recall(found, chosen, products.look)
        return Seen(gallery, neighbours, chosen, photographs, found, scores, 1000 * seconds / len(products))

    def figures(self, encoder: PictureEncoder) -> dict[str, float]:
        return {name: float(np.nanmean(values)) for name, values in self.see(encoder).scores.items()}


@transaction.atomic
def index_recall(gallery: np.ndarray) -> float:
    """The share of the exact 12 nearest (scikit-learn, float32) that the HNSW index finds, for up to 1,000 queries.

    The index is built over halfvec, and asked, as the shop's own is, on a table that the transaction drops again.
    """
    queries = np.random.default_rng(1).permutation(len(gallery))[:INDEX_QUERIES]
    count = min(INDEX_NEIGHBOURS, len(gallery))
    exact = retrieval.nearest(gallery, gallery[queries], count)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE evaluated (row integer, vector halfvec({gallery.shape[1]})) ON COMMIT DROP"
        )
        lines = "".join(f"{row}\t{_as_text(vector)}\n" for row, vector in enumerate(gallery))
        cursor.copy_expert("COPY evaluated FROM STDIN", io.StringIO(lines))
        cursor.execute(
            "CREATE INDEX ON evaluated USING hnsw (vector halfvec_cosine_ops) WITH (m = 16, ef_construction = 128)"
        )
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL hnsw.ef_search = %s", [CANDIDATES])
        same = 0
        for query, wanted in zip(queries, exact, strict=True):
            cursor.execute(
                "SELECT row FROM evaluated ORDER BY vector <=> %s::halfvec LIMIT %s", [_as_text(gallery[query]), count]
            )
            same += len({row for (row,) in cursor.fetchall()} & set(wanted.tolist()))
    return same / exact.size


def _as_text(vector: np.ndarray) -> str:
    return "[" + ",".join(map(str, vector.tolist())) + "]"


def write_report(
    shop: Shop, encoders: dict[str, PictureEncoder], folder: Path, marks: list[tuple[str, str]]
) -> dict[str, dict]:
    """Writes index.html, report.json and three PNG sheets for each encoder, and returns what is in report.json.

    `marks` are pairs of skus that shoppers called not similar: test cases that an encoder should not fail again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    report = {}
    for name, encoder in encoders.items():
        seen = shop.see(encoder)
        report[name] = {
            "dimensions": encoder.dimensions,
            "milliseconds": seen.milliseconds,
            "index_recall": index_recall(seen.gallery),
            "figures": _with_margins(seen.scores),
            "marks": _heeded(shop.products, seen, marks),
            "categories": list(_by_category(shop.products, seen)),
            "sheets": _write_sheets(shop, seen, name, folder),
        }
    (folder / "report.json").write_text(json.dumps(report, indent=2) + "\n")
    context = {"report": report, "products": len(shop.products), "photographs": len(seen.chosen)}
    (folder / "index.html").write_text(render_to_string("recommender/evaluation.html", context))
    return report


def _heeded(products: Products, seen: Seen, marks: list[tuple[str, str]]) -> dict[str, int]:
    """Of the marked pairs among these products, how many an encoder no longer shows among the first five."""
    rows = {str(sku): row for row, sku in enumerate(products.skus)}
    pairs = [(rows[sku], rows[other]) for sku, other in marks if sku in rows and other in rows]
    return {"pairs": len(pairs), "heeded": sum(other not in seen.neighbours[row] for row, other in pairs)}


def _with_margins(scores: dict[str, np.ndarray]) -> dict[str, tuple[float, float]]:
    return {name: retrieval.mean_and_margin(values) for name, values in scores.items()}


def _by_category(products: Products, seen: Seen) -> Iterator[dict]:
    """The figures of each article type of at least ten products, the most frequent first."""
    types = products.labels[:, LABELS.index("article_type")]
    for number, name in enumerate(products.classes[LABELS.index("article_type")]):
        members, photographed = types == number, types[seen.chosen] == number
        if members.sum() < FEWEST_IN_CATEGORY:
            continue
        scores = {
            figure: values[photographed if "photo" in figure else members] for figure, values in seen.scores.items()
        }
        yield {
            "category": name,
            "products": int(members.sum()),
            "photographs": int(photographed.sum()),
            "figures": _with_margins(scores),
        }


def _write_sheets(shop: Shop, seen: Seen, name: str, folder: Path) -> list[dict]:
    """Of the best and the worst products with their neighbours, and of photographs that missed."""
    agreement = np.nanmean([seen.scores[figure] for figure in retrieval.AGREEMENT], axis=0)
    similarity = np.einsum("nd,nkd->n", seen.gallery, seen.gallery[seen.neighbours])
    # Where the agreement is the same, the more alike the neighbours look to the encoder, the more telling it is.
    order = np.lexsort((-similarity, agreement))
    missed = np.nonzero(seen.scores["photo recall@1"] == 0)[0]

    def products(rows: np.ndarray) -> list[Query]:
        return [(shop.picture(row), row, seen.neighbours[row]) for row in rows[:ROWS_IN_SHEET]]

    sheets = {
        "best": ("The best products with their neighbours", products(order[::-1])),
        "worst": ("The worst products with their neighbours", products(order)),
        "missed": (
            "Photographs that did not find their product first",
            [
                (Image.fromarray(seen.photographs[photo]), seen.chosen[photo], seen.found[photo])
                for photo in missed[:ROWS_IN_SHEET]
            ],
        ),
    }
    written = []
    for kind, (caption, queries) in sheets.items():
        sheet = _sheet(shop, queries)
        file = f"{name}-{kind}.png"
        sheet.save(folder / file)
        written.append({"caption": caption, "file": file, "width": sheet.width, "height": sheet.height})
    return written


def _sheet(shop: Shop, queries: list[Query]) -> Image.Image:
    """A line for each query: it, its product, the neighbours, and below each of these whether the labels agree."""
    columns = 2 + retrieval.NEIGHBOURS
    line = TILE[1] + 3 * GAP
    sheet = Image.new("RGB", (columns * (TILE[0] + GAP) + 2 * GAP, max(len(queries), 1) * line + GAP), "white")
    draw = ImageDraw.Draw(sheet)
    for number, (query, product, neighbours) in enumerate(queries):
        top = GAP + number * line
        tiles = [query, shop.picture(product), *(shop.picture(row) for row in neighbours)]
        for column, tile in enumerate(tiles):
            left = GAP + column * (TILE[0] + GAP) + (GAP if column > 1 else 0)
            sheet.paste(ImageOps.pad(tile, TILE, color="white"), (left, top))
            if column > 1:
                _mark(draw, left, top + TILE[1] + 2, shop.products.labels[[product, neighbours[column - 2]]])
    return sheet


def _mark(draw: ImageDraw.ImageDraw, left: int, top: int, labels: np.ndarray) -> None:
    width = TILE[0] // len(retrieval.AGREEMENT)
    for number, label in enumerate(retrieval.AGREEMENT.values()):
        own, other = labels[:, LABELS.index(label)]
        box = (left + number * width, top, left + (number + 1) * width - 3, top + GAP)
        draw.rectangle(box, fill=RIGHT if own == other else WRONG)
