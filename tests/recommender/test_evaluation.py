"""The figures of encoders: what they measure, and the report that a merchant gets."""

import json
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from recommender.measuring import retrieval
from recommender.measuring.products import LABELS, UNKNOWN
from tests.pictures import as_file, drawing, style, write_styles

pytestmark = pytest.mark.django_db


@pytest.fixture
def catalogue(tmp_path) -> tuple[Path, Path]:
    """(styles.csv, folder of pictures) of 60 products: 30 shirts, 20 belts, 10 watches."""
    images = tmp_path / "images"
    images.mkdir()
    rows = []
    for number in range(60):
        (images / f"{number}.jpg").write_bytes(as_file(drawing(number, (300, 400))))
        article_type = "Shirts" if number < 30 else "Belts" if number < 50 else "Watches"
        rows.append(style(str(number), articleType=article_type, baseColour=("Red", "Blue")[number % 2]))
    return write_styles(tmp_path / "styles.csv", rows), images


def report_on(catalogue: tuple[Path, Path], folder: Path, **options: object) -> dict:
    styles, images = catalogue
    call_command("evaluate_retrieval", styles=styles, images=images, report=folder, **options)
    return json.loads((folder / "report.json").read_text())


def test_a_perfect_encoder_agrees_in_everything():
    labels = np.repeat(np.arange(4), 10)[:, None].repeat(5, 1)
    vectors = np.eye(4)[labels[:, 0]] + np.random.default_rng(0).normal(0, 1e-3, (40, 4))
    scores = retrieval.agreement(retrieval.nearest_others(vectors), labels)
    assert set(scores) == {"type@5", "colour@5", "gender@5", "all@5"}
    assert all((values == 1).all() for values in scores.values())


def test_agreement_counts_only_labels_that_are_known():
    labels = np.zeros((12, len(LABELS)), int)
    labels[0, LABELS.index("base_colour")] = UNKNOWN
    scores = retrieval.agreement(retrieval.nearest_others(np.random.default_rng(0).normal(size=(12, 8))), labels)
    assert np.isnan(scores["colour@5"][0])
    assert np.isnan(scores["all@5"][0])
    assert not np.isnan(scores["colour@5"][1:]).any()
    assert (scores["type@5"] == 1).all()
    assert retrieval.mean_and_margin(scores["type@5"]) == (1.0, 0.0)
    assert retrieval.mean_and_margin(np.array([np.nan])) == (None, None)


def test_a_photograph_finds_its_product_or_another_one_with_the_same_picture():
    vectors, rows = np.eye(40), np.arange(40)
    found = retrieval.nearest(vectors, vectors)
    wrong = retrieval.nearest(vectors, np.roll(vectors, 1, 0))
    assert retrieval.photo_recall(found, rows, rows)["photo recall@1"].all()
    assert not retrieval.photo_recall(wrong, rows, rows)["photo recall@1"].any()
    assert retrieval.photo_recall(wrong, rows, np.zeros(40, int))["photo recall@1"].all()


def test_margins_shrink_with_the_number_of_queries():
    values = np.random.default_rng(0).integers(0, 2, 4000).astype(float)
    mean, margin = retrieval.mean_and_margin(values)
    assert mean == pytest.approx(0.5, abs=0.05)
    assert margin == pytest.approx(1.96 * 0.5 / 4000**0.5, rel=0.01)


def test_the_report_has_figures_margins_categories_and_sheets(catalogue, tmp_path, capsys):
    report = report_on(catalogue, tmp_path / "report")["fashion-resnet"]
    mean, margin = report["figures"]["gender@5"]
    assert (mean, margin) == (1.0, 0.0)
    assert 0 < report["figures"]["photo recall@5"][0] <= 1
    assert report["index_recall"] > 0.95
    assert [(row["category"], row["products"]) for row in report["categories"]] == [
        ("Shirts", 30),
        ("Belts", 20),
        ("Watches", 10),
    ]
    assert sum(row["photographs"] for row in report["categories"]) == 60
    page = (tmp_path / "report" / "index.html").read_text()
    for sheet in report["sheets"]:
        with Image.open(tmp_path / "report" / sheet["file"]) as picture:
            assert picture.size == (sheet["width"], sheet["height"])
        assert f'src="{sheet["file"]}"' in page
    assert "60 products" in page
    assert "type@5" in capsys.readouterr().out


def test_the_held_out_part_is_a_part(catalogue, tmp_path):
    styles, images = catalogue
    for number in range(60, 300):
        (images / f"{number}.jpg").write_bytes(as_file(drawing(number)))
    write_styles(styles, (style(str(number)) for number in range(300)))
    report = report_on(catalogue, tmp_path / "report", held_out=True)["fashion-resnet"]
    assert 20 <= report["categories"][0]["products"] <= 60


def test_too_few_products_and_unknown_encoders_are_refused(catalogue, tmp_path):
    styles, images = catalogue
    with pytest.raises(CommandError, match="there is no encoder 'resnet'"):
        report_on(catalogue, tmp_path / "report", encoder=["resnet"])
    write_styles(styles, [style("1")])
    with pytest.raises(CommandError, match="1 products with a picture are too few"):
        report_on(catalogue, tmp_path / "report")
    with pytest.raises(CommandError, match="neither a folder nor a readable zip"):
        report_on((styles, images / "none.zip"), tmp_path / "report")
