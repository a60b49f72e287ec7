"""The report on how well encoders see a catalogue: figures, the same for each category, and sheets of pictures."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from django.apps.registry import Apps
from django.db import connection, models, transaction
from django.template.loader import render_to_string
from pgvector.django import CosineDistance, HalfVectorField
from PIL import Image, ImageDraw, ImageOps

from recommender.encoders import PictureEncoder
from recommender.measuring.products import LABELS, Products
from recommender.measuring.retrieval import (
    AGREEMENT,
    NEIGHBOURS,
    EvaluationSet,
    Seen,
    mean_and_margin,
    nearest_exact,
)
from recommender.measuring.whole_photos import WholePhotos
from recommender.neighbours import cosine_index, index_settings

INDEX_QUERIES = 1000
INDEX_NEIGHBOURS = 12
ROWS_AT_ONCE = 1000
FEWEST_IN_CATEGORY = 10
TILE = (120, 160)
GAP = 8
EXAMPLES_IN_SHEET = 12
RIGHT, WRONG = "#1a9850", "#d73027"


@dataclass(frozen=True)
class Example:
    """The picture asked with, the row of its product, and the rows found (5,)."""

    picture: Image.Image
    product: int
    found: np.ndarray


def index_recall(gallery: np.ndarray) -> float:
    """The share of the exact 12 nearest that the HNSW index finds, for up to 1,000 of the vectors (n, d).

    The index is built and asked as the shop's own is, on a table that is gone with the transaction.
    """
    queries = gallery[np.random.default_rng(1).permutation(len(gallery))[:INDEX_QUERIES]]
    count = min(INDEX_NEIGHBOURS, len(gallery))
    exact, _ = nearest_exact(gallery, queries, count)
    table = _table(gallery.shape[1])
    stored = table._default_manager
    with index_settings():
        with connection.schema_editor() as editor:
            editor.create_model(table)
            # Before the editor makes the index at its end, which is faster than row by row.
            rows = (table(row=row, vector=vector) for row, vector in enumerate(gallery))
            stored.bulk_create(rows, batch_size=ROWS_AT_ONCE)
        same = 0
        for query, wanted in zip(queries, exact, strict=True):
            found = stored.order_by(CosineDistance("vector", query)).values_list("row", flat=True)[:count]
            same += len(set(found) & set(wanted.tolist()))
        transaction.set_rollback(True)
    return same / exact.size


def _table(dimensions: int) -> type[models.Model]:
    """A table of rows and their vectors that no migration knows."""

    class Evaluated(models.Model):  # noqa: DJ008 – nobody looks at its rows
        row = models.PositiveIntegerField(primary_key=True)
        vector = HalfVectorField(dimensions=dimensions)

        class Meta:
            apps = Apps()
            app_label = "recommender"
            indexes = [cosine_index("vector", "evaluated")]

    return Evaluated


def write_report(
    evaluation: EvaluationSet,
    encoders: dict[str, PictureEncoder],
    folder: Path,
    marks: list[tuple[str, str]],
    photos: WholePhotos,
) -> dict[str, dict]:
    """Writes index.html, report.json and three PNG sheets for each encoder, and returns what is in report.json.

    `marks` are pairs of skus that shoppers called not similar: test cases that an encoder should not fail again.
    `photos` are such as people took.
    """
    folder.mkdir(parents=True, exist_ok=True)
    products, report = evaluation.products, {}
    for name, picture_encoder in encoders.items():
        seen = evaluation.see(picture_encoder)
        report[name] = {
            "dimensions": picture_encoder.dimensions,
            "milliseconds": seen.milliseconds,
            "index_recall": index_recall(seen.gallery),
            "figures": _with_margins(seen.scores),
            "photos": photos.score(picture_encoder, seen.gallery),
            "marks": _heeded(products, seen, marks),
            "categories": list(_by_category(products, seen)),
            "sheets": _write_sheets(evaluation, seen, name, folder),
        }
    (folder / "report.json").write_text(json.dumps(report, indent=2) + "\n")
    context = {"report": report, "products": len(products), "photographs": len(seen.chosen)}
    (folder / "index.html").write_text(render_to_string("recommender/evaluation.html", context))
    return report


def _heeded(products: Products, seen: Seen, marks: list[tuple[str, str]]) -> dict[str, int]:
    """Of the marked pairs among these products, how many an encoder no longer shows among the first five."""
    rows = {str(sku): row for row, sku in enumerate(products.skus)}
    pairs = [(rows[sku], rows[other]) for sku, other in marks if sku in rows and other in rows]
    return {"pairs": len(pairs), "heeded": sum(other not in seen.neighbours[row] for row, other in pairs)}


def _with_margins(scores: dict[str, np.ndarray]) -> dict[str, tuple[float, float] | tuple[None, None]]:
    return {name: mean_and_margin(values) for name, values in scores.items()}


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


def _write_sheets(evaluation: EvaluationSet, seen: Seen, name: str, folder: Path) -> list[dict]:
    """Writes a sheet of each kind of examples, and returns what the page says of them."""
    written = []
    for kind, (caption, examples) in _examples(evaluation, seen).items():
        sheet = _sheet(evaluation, examples)
        file = f"{name}-{kind}.png"
        sheet.save(folder / file)
        written.append({"caption": caption, "file": file, "width": sheet.width, "height": sheet.height})
    return written


def _examples(evaluation: EvaluationSet, seen: Seen) -> dict[str, tuple[str, list[Example]]]:
    """(caption, examples) of the best and the worst products, and of photographs that missed."""
    agreement = np.nanmean([seen.scores[figure] for figure in AGREEMENT], axis=0)
    similarity = np.einsum("nd,nkd->n", seen.gallery, seen.gallery[seen.neighbours])
    # Where the agreement is the same, the more alike the neighbours look to the encoder, the more telling it is.
    order = np.lexsort((-similarity, agreement))
    missed = np.nonzero(seen.scores["photo recall@1"] == 0)[0]

    def products(rows: np.ndarray) -> list[Example]:
        return [Example(evaluation.picture(row), row, seen.neighbours[row]) for row in rows[:EXAMPLES_IN_SHEET]]

    photographs = [
        Example(seen.photographs[number], seen.chosen[number], seen.found[number])
        for number in missed[:EXAMPLES_IN_SHEET]
    ]
    return {
        "best": ("The best products with their neighbours", products(order[::-1])),
        "worst": ("The worst products with their neighbours", products(order)),
        "missed": ("Photographs that did not find their product first", photographs),
    }


def _sheet(evaluation: EvaluationSet, examples: list[Example]) -> Image.Image:
    """A line for each: it, its product, the neighbours, and below each of these whether the labels agree."""
    columns = 2 + NEIGHBOURS
    line = TILE[1] + 3 * GAP
    sheet = Image.new("RGB", (columns * (TILE[0] + GAP) + 2 * GAP, max(len(examples), 1) * line + GAP), "white")
    draw = ImageDraw.Draw(sheet)
    for number, example in enumerate(examples):
        top = GAP + number * line
        tiles = [example.picture, *map(evaluation.picture, (example.product, *example.found))]
        for column, tile in enumerate(tiles):
            left = GAP + column * (TILE[0] + GAP) + (GAP if column > 1 else 0)
            sheet.paste(ImageOps.pad(tile, TILE, color="white"), (left, top))
            if column > 1:
                labels = evaluation.products.labels[[example.product, example.found[column - 2]]]
                _mark(draw, left, top + TILE[1] + 2, labels)
    return sheet


def _mark(draw: ImageDraw.ImageDraw, left: int, top: int, labels: np.ndarray) -> None:
    width = TILE[0] // len(AGREEMENT)
    for number, label in enumerate(AGREEMENT.values()):
        own, other = labels[:, LABELS.index(label)]
        box = (left + number * width, top, left + (number + 1) * width - 3, top + GAP)
        draw.rectangle(box, fill=RIGHT if own == other else WRONG)
