"""How right the page's answers to photos that people took are: the command that tells it."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from tests.factories import CategoryFactory, searchable_products
from tests.photos import picture_of
from tests.pictures import as_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def photos(tmp_path) -> Path:
    """A folder of a shirt that the shop sells, of a hat, of two of nothing, and of one that is broken."""
    products = searchable_products(12)
    shirts = CategoryFactory(name="Shirts")
    for product in products:
        product.category = shirts
        product.save()
    folder = tmp_path / "photos"
    folder.mkdir()
    for name, product in (("shirt", products[3]), ("hat", products[4])):
        (folder / f"{name}.jpg").write_bytes(as_file(picture_of(product)))
    for name in ("white", "grey"):
        (folder / f"{name}.jpg").write_bytes(as_file(Image.new("RGB", (300, 400), name)))
    (folder / "broken.jpg").write_bytes(b"no picture")
    return folder


def test_photos_that_people_took_are_scored_and_those_of_nothing_told(photos, tmp_path, capsys):
    labels = tmp_path / "labels.csv"
    labels.write_text(
        "file,label,sender\nshirt.jpg,Top,anna\nhat.jpg,Hat,bert\nwhite.jpg,,\ngrey.jpg,,\nbroken.jpg,Top,carl\ngone.jpg,Top,\n"
    )
    kinds = tmp_path / "kinds.toml"
    kinds.write_text('Top = ["Shirts", "Tshirts"]\nHat = ["Caps"]')
    out = tmp_path / "figures.json"
    call_command("evaluate_photo_search", photos=[photos], labels=labels, kinds=kinds, out=out)
    figures = json.loads(out.read_text())["photos"]
    assert (figures["photos"], figures["people"], figures["scored"], figures["products"]) == (2, 2, 1, 12)
    for way in ("the part shown first", "the whole photo", "the best of all parts"):
        assert figures["ways"][way]["type@5"]["mean"] == figures["ways"][way]["any of 5"]["mean"] == 1
    assert [(row["label"], row["photos"]) for row in figures["labels"]] == [("Top", 1)]
    assert figures["what we see"]["said"]["mean"] == figures["what we see"]["right"]["mean"] == 1
    assert figures["turned away"]["mean"] == 0
    assert (figures["nothing"]["told"]["mean"], figures["nothing"]["told"]["count"]) == (1, 2)
    assert figures["nothing"]["called close"]["mean"] == 0
    told = capsys.readouterr()
    assert "2 photos that 2 people took, 1 of kinds that the shop has; 12 products" in told.out
    assert "the part shown first" in told.out
    assert "1 of the 6 photos in the table have no picture" in told.err
    assert "broken: " in told.err


def test_photos_come_with_labels_and_products_with_pictures(tmp_path):
    with pytest.raises(CommandError, match="--photos with --labels"):
        call_command("evaluate_photo_search", photos=[tmp_path])
    with pytest.raises(CommandError, match="or --styles with --images"):
        call_command("evaluate_photo_search")
    (tmp_path / "labels.csv").write_text("name,label\n")
    with pytest.raises(CommandError, match="no column file"):
        call_command("evaluate_photo_search", photos=[tmp_path], labels=tmp_path / "labels.csv")
