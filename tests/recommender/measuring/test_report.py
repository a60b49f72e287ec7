"""The report on encoders that a merchant gets: figures, margins, categories and sheets of pictures."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from recommender.models import Mark
from recommender.panels import SIMILAR, panels_of
from tests.factories import searchable_products
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


def test_photos_that_people_took_are_in_the_report(catalogue, tmp_path, capsys):
    labels = tmp_path / "labels.csv"
    labels.write_text("file,label,sender\n3.jpg,Shirts,anna\n55.jpg,Watches,bert\n4.jpg,Rockets,carl\n")
    report = report_on(catalogue, tmp_path / "report", photos=catalogue[1], labels=labels)["fashion-resnet"]
    assert (report["photos"]["photos"], report["photos"]["people"]) == (2, 2)
    assert {row["label"] for row in report["photos"]["labels"]} == {"Shirts", "Watches"}
    assert report["photos"]["ways"]["the whole photo"]["any of 5"]["mean"] == 1
    assert "2 photos of 2 people" in (tmp_path / "report" / "index.html").read_text()
    assert "2 photos that 2 people took" in capsys.readouterr().out
    with pytest.raises(CommandError, match="--photos with --labels"):
        report_on(catalogue, tmp_path / "report", labels=labels)


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


def test_marked_pairs_become_test_cases(tmp_path, capsys):
    products = searchable_products(24)
    images = tmp_path / "images"
    images.mkdir()
    for product in products:
        (images / f"{product.sku}.jpg").write_bytes(product.image.read())
    styles = write_styles(tmp_path / "styles.csv", [style(product.sku) for product in products])
    Mark.objects.add(products[0], panels_of(products[0], [])[SIMILAR][0].product, "look")
    call_command("evaluate_retrieval", styles=styles, images=images, report=tmp_path / "report")
    assert "0 of 1 pairs that shoppers marked are kept apart" in capsys.readouterr().out
