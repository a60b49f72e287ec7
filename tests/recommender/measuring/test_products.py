"""Labelled pictures: how they are loaded, and how they are split."""

from recommender.measuring.products import LABELS, UNKNOWN, load_products


def test_products_are_loaded_with_their_labels(catalogue):
    products = load_products(*catalogue)
    assert products.pictures.shape == (260, 160, 120, 3)
    assert products.labels.shape == (260, len(LABELS))
    classes = {label: len(classes) for label, classes in zip(LABELS, products.classes, strict=True) if classes}
    assert classes == {"article_type": 3, "base_colour": 2, "gender": 1, "usage": 1, "season": 1}
    assert products.classes[0][products.labels[1, 0]] == "Tshirts"
    assert (products.labels[:, LABELS.index("season")] == UNKNOWN).sum() == 52


def test_no_picture_stands_on_both_sides_of_the_split(catalogue):
    training, held_out = load_products(*catalogue).split()
    assert len(training) + len(held_out) == 260
    assert 5 <= len(held_out) <= 60
    assert not set(training.picture_numbers) & set(held_out.picture_numbers)
