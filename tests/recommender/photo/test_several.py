"""Several photos: those of one thing are one search, those of others are others, and any can be taken away."""

import re
from html import unescape

import pytest
from django.http import QueryDict
from PIL import Image

from recommender.photo import store
from recommender.photo.boxes import WHOLE
from recommender.photo.query import PhotoQuery
from recommender.photo.several import Several, ask_with
from recommender.photo.store import Shown
from tests.photos import names_in, picture_of, skus_in, upload

pytestmark = pytest.mark.django_db


def kept(**things: str | None) -> dict[str, store.StoredPhoto]:
    """Photos of these things by their names; None shows nothing."""
    plain = Image.new("RGB", (9, 12), "white")
    return {
        name: store.StoredPhoto.of(plain, None if thing is None else Shown(f"seal of {name}", WHOLE, thing), [])
        for name, thing in things.items()
    }


@pytest.mark.parametrize(
    ("things", "together", "beside"),
    [
        ({"a": "upper"}, "a", ""),
        ({"a": "upper", "b": "upper"}, "ab", ""),
        ({"a": "upper", "b": "feet", "c": "upper"}, "ac", "b"),
        ({"a": "upper", "b": ""}, "ab", ""),
        ({"a": None, "b": "feet"}, "b", "a"),
        ({"a": None, "b": None}, "ab", ""),
    ],
)
def test_photos_of_one_thing_are_searched_with_together(things, together, beside):
    query = ask_with(kept(**things))
    assert "".join(query.photos) == together
    assert "".join(query.beside) == beside
    assert query.seals == tuple(f"seal of {name}" for name in together if things[name] is not None)
    assert (query.box is not None) == (len(query.photos) == len(query.seals) == 1)


def test_another_thing_is_chosen_and_any_photo_taken_away():
    photos = {store.keep(photo): photo for photo in kept(a="upper", b="feet", c="upper").values()}
    a, b, c = photos
    several = Several(PhotoQuery.parse(_query(ask_with(photos).address() + "&gender=Men")))
    assert [brought.name for brought in several.searched] == [a, c]
    assert [brought.name for brought in several.beside] == [b]
    chosen = PhotoQuery.parse(_query(several.beside[0].instead))
    assert (chosen.photos, set(chosen.beside), chosen.seals) == ((b,), {a, c}, ("seal of b",))
    without = PhotoQuery.parse(_query(several.searched[0].without))
    assert (without.photos, without.beside, without.seals) == ((c,), (b,), ("seal of c",))
    assert without.filters == {"gender": ("Men",)}
    assert str(without.box) == str(WHOLE)
    alone = PhotoQuery.parse(_query(Several(without).searched[0].without))
    assert (alone.photos, alone.beside, alone.seals) == ((b,), (), ("seal of b",))
    assert Several(alone).searched[0].without == ""


def _query(address: str) -> QueryDict:
    return QueryDict(address.partition("?")[2])


def test_the_page_searches_without_the_photo_that_is_taken_away(client, products):
    one, other = products[7], products[2]
    page = upload(client, picture_of(one), picture_of(other))
    assert len(names_in(page)) == 2
    away = [unescape(address) for address in re.findall(r'class="take-away"\s+href="([^"]*)"', page.content.decode())]
    assert len(away) == 2
    left = client.get(away[1])
    assert len(names_in(left)) == 1
    assert skus_in(left)[0] == one.sku
    assert "take-away" not in left.content.decode()
