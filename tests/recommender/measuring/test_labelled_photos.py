"""Tables of photos that people took."""

from pathlib import Path

import pytest

from catalog.importing.tables import UnusableFile
from recommender.measuring.labelled_photos import LabelledPhoto, is_right, read_photos


def table(folder: Path, text: str) -> Path:
    path = folder / "labels.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_label_may_mean_several_types_and_no_label_means_no_product(tmp_path):
    labels = table(tmp_path, "File;Label;Sender\na/1.jpg;Longsleeve;anna\n2.jpg;Other;\n3.jpg;;\n")
    kinds = tmp_path / "kinds.toml"
    kinds.write_text('"Longsleeve" = ["Tshirts", "Tops"]')
    first, other, nothing = read_photos(labels, kinds, held_out=False)
    assert (first.name, first.label, first.sender) == ("1", "Longsleeve", "anna")
    assert is_right(first, ["Tops", "tshirts", "Shirts"]) == [True, True, False]
    assert other.types == nothing.types == frozenset()
    assert nothing.label == ""


def test_without_kinds_a_label_is_a_type(tmp_path):
    [photo] = read_photos(table(tmp_path, "file,label\n1.jpg,Shirts\n"), None, held_out=False)
    assert is_right(photo, ["Shirts"]) == [True]
    assert photo.person == "1.jpg"


def test_a_sender_is_held_out_with_every_photo_or_with_none(tmp_path):
    lines = "".join(f"{number}.jpg,Shirts,{number % 40}\n" for number in range(200))
    labels = table(tmp_path, f"file,label,sender\n{lines}")
    everyone, held_out = (read_photos(labels, None, held_out=only) for only in (False, True))
    senders = {photo.sender for photo in held_out}
    assert 3 <= len(senders) <= 20
    assert held_out == [photo for photo in everyone if photo.sender in senders]
    # What the networks that ship were trained without.
    assert LabelledPhoto("1.jpg", "Shirts", "0", frozenset()).is_held_out
    assert not LabelledPhoto("1.jpg", "Shirts", "1", frozenset()).is_held_out


@pytest.mark.parametrize(
    ("text", "kinds", "message"),
    [
        ("name,label\n1.jpg,Shirts\n", "", "no column file; it needs file and label"),
        ("file,sender\n1.jpg,anna\n", "", "no column label"),
        ("file,label\na/1.jpg,Shirts\nb/1.jpg,Tops\n", "", "a/1.jpg and b/1.jpg have one name"),
        ("file,label\n,Shirts\n", "", "line 2 of labels.csv names no file"),
        ("file,label\n1.jpg,Shirts\n", "Shirts:", "is no TOML"),
        ("file,label\n1.jpg,Shirts\n", 'Shirts = "Shirts"', "needs lines like"),
    ],
)
def test_what_cannot_be_used_says_why(text, kinds, message, tmp_path):
    path = tmp_path / "kinds.toml"
    path.write_text(kinds)
    with pytest.raises(UnusableFile, match=message):
        read_photos(table(tmp_path, text), path, held_out=False)
