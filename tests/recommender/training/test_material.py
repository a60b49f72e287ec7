"""What a run learns from beside labelled products."""

import json

import numpy as np
import pytest
from PIL import Image

from catalog.importing.tables import UnusableFile
from recommender.measuring.products import LABELS, UNKNOWN, load_products
from recommender.photo.eye import WEIGHTS
from recommender.training.batches import Batches
from recommender.training.material import load_photos, with_larger
from recommender.training.teacher import Lesson, learn_from
from tests.pictures import as_file, drawing, style, write_photos, write_styles


@pytest.fixture
def products(tmp_path):
    """A shirt, a T-shirt and a hat that the eye has no name for."""
    images = tmp_path / "images"
    images.mkdir()
    for number in range(3):
        (images / f"{number}.jpg").write_bytes(as_file(drawing(number, (60, 80))))
    types = ("Shirts", "Tshirts", "Wizard's Hats")
    rows = [style(str(number), articleType=types[number]) for number in range(3)]
    return load_products(write_styles(tmp_path / "styles.csv", rows), images)


def test_photos_may_be_of_several_types_and_of_nothing(tmp_path, products):
    write_photos(tmp_path)
    photos = load_photos([tmp_path / "photos"], tmp_path / "labels.csv", tmp_path / "kinds.toml", products)
    assert len(photos.pictures) == len(photos.nothing) == 4
    assert photos.types.tolist() == [[True, True, False]] * 4
    assert photos.chances.sum() == pytest.approx(1)
    with pytest.raises(UnusableFile, match="names no photo of a product"):
        load_photos([tmp_path / "images"], _table(tmp_path, "none.jpg,Top,1"), None, products)


def test_who_took_many_photos_is_drawn_more_often_but_each_of_his_photos_less(tmp_path, products):
    write_photos(tmp_path)
    table = _table(tmp_path, "0.jpg,Shirts,1", "1.jpg,Shirts,1", "2.jpg,Shirts,1", "3.jpg,Shirts,4")
    chances = load_photos([tmp_path / "photos"], table, None, products).chances
    assert chances[0] < chances[3] < chances[:3].sum()


def test_a_larger_picture_takes_the_place_of_the_small_one(tmp_path, products):
    larger = tmp_path / "larger"
    larger.mkdir()
    (larger / "1.png").write_bytes(as_file(Image.new("RGB", (300, 400), "red"), "PNG"))
    pictures = with_larger(products, larger).pictures
    assert (pictures[1] == (255, 0, 0)).all()
    assert np.array_equal(pictures[[0, 2]], products.pictures[[0, 2]])


def test_the_eye_teaches_classes_by_their_names(products):
    lesson = learn_from(WEIGHTS, len(products), products.picture, products)
    names = json.loads(WEIGHTS.with_suffix(".json").read_text())
    assert lesson.looks.shape == (3, 256)
    assert np.linalg.norm(lesson.looks.astype(float), axis=1) == pytest.approx(1, abs=0.01)
    types = products.classes[LABELS.index("article_type")]
    assert lesson.kinds["article_type"][:, [name not in names["article_type"] for name in types]].max() == 0
    assert lesson.of(np.array([2, 0]))["look"].shape == (2, 256)


def test_a_batch_has_views_of_products_then_of_photos_then_of_nothing(tmp_path, products, monkeypatch):
    monkeypatch.setattr("recommender.training.batches.PHOTOS_PER_BATCH", 5)
    write_photos(tmp_path)
    photos = load_photos([tmp_path / "photos"], tmp_path / "labels.csv", tmp_path / "kinds.toml", products)
    rows = len(products) + len(photos.pictures)
    lesson = Lesson(np.arange(rows)[:, None] * np.ones((1, 256)), {"article_type": np.eye(rows, 3)})
    batches = Batches(products, photos, lesson, of_nothing=2)
    views, asked = batches.batch(1)
    size = 2 * len(products)
    assert views.shape == (size + 5 + 2, 160, 120, 3)
    assert asked["places"].shape == (len(products), 8, 6)
    assert (asked["labels"][:size] == np.tile(asked["labels"][: len(products)], (2, 1))).all()
    assert (asked["labels"][size:] == UNKNOWN).all()
    # The lesson is of the products in both views and then of the photos, by their rows.
    taught = asked["lesson"]["look"][:, 0]
    assert sorted(taught[:size]) == [0, 0, 1, 1, 2, 2]
    assert set(taught[size:]) <= set(range(len(products), rows))
    assert np.array_equal(views, batches.batch(1)[0])


def _table(folder, *lines: str):
    path = folder / "table.csv"
    path.write_text("file,label,sender\n" + "\n".join(lines), encoding="utf-8")
    return path
