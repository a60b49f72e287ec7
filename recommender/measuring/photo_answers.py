"""How right the page's answers are to photos that people took, and to photos of nothing."""

from collections.abc import Callable, Collection

import numpy as np

from catalog.importing.pictures import Pictures
from catalog.models import Product
from recommender.measuring.labelled_photos import Found, LabelledPhoto, is_right, score, score_labels, told
from recommender.measuring.retrieval import NEIGHBOURS
from recommender.models import Encoder
from recommender.photo.answers import Answer, answers
from recommender.photo.results import Results

WHOLE, FIRST, BEST = "the whole photo", "the part shown first", "the best of all parts"


def measure(source: Pictures, photos: list[LabelledPhoto], encoder: Encoder, complain: Callable[[str], object]) -> dict:
    """Searches the shop with each photo through the page's own door, and tells how often that was right.

    A photo is scored where the shop has any of the types that are right for it. Where the page sees no product it shows
    none, and so finds nothing by the part shown first.
    """
    in_shop = _types_in_shop()
    by_name = {photo.name: photo for photo in photos}
    verdicts: dict[str, str] = {}
    found, said = [], []
    for name, answer in answers(source, _present(source, by_name, complain), encoder, complain):
        photo = by_name[name]
        verdicts[name] = answer.verdict
        if photo.types & in_shop:
            found.append(Found(photo, _found(photo, answer)))
            said.append(_categories_said(answer))
    known = [by_name[name] for name in verdicts]
    products, nothing = ([photo for photo in known if bool(photo.label) == is_one] for is_one in (True, False))
    return {
        "products": Product.objects.in_the_shop().with_picture().count(),
        "photos": len(products),
        "people": len({photo.person for photo in products}),
        "scored": len(found),
        "ways": score(found),
        "what we see": _score_said(found, said),
        "labels": score_labels(found),
        "turned away": _share_of("none", products, verdicts),
        "nothing": {
            "told": _share_of("none", nothing, verdicts),
            "called close": _share_of("close", nothing, verdicts),
        },
    }


def _types_in_shop() -> set[str]:
    names = Product.objects.in_the_shop().with_picture().values_list("category__name", flat=True).distinct()
    return {name.casefold() for name in names if name}


def _present(source: Pictures, names: Collection[str], complain: Callable[[str], object]) -> list[str]:
    present = [name for name in names if name in source]
    if len(present) < len(names):
        complain(f"{len(names) - len(present)} of the {len(names)} photos in the table have no picture")
    return present


def _found(photo: LabelledPhoto, answer: Answer) -> dict[str, list[bool]]:
    whole = is_right(photo, _types(answer.whole))
    parts = [is_right(photo, _types(answer.with_part(part.box))) for part in answer.parts]
    first = is_right(photo, _types(answer.first)) if answer.first else []
    return {FIRST: first, WHOLE: whole, BEST: max([whole, first, *parts], key=sum)}


def _categories_said(answer: Answer) -> list[str]:
    """The category that the page says it sees; none where it is not sure."""
    return [guess.label for guess in answer.first.guesses() if guess.name == "category"] if answer.first else []


def _score_said(found: list[Found], said: list[list[str]]) -> dict[str, dict | None]:
    people = np.array([one.photo.person for one in found])
    is_said = np.array(list(map(bool, said)), bool)
    right = np.array([any(is_right(one.photo, names)) for one, names in zip(found, said, strict=True)], float)
    return {"said": told(is_said.astype(float), people), "right": told(right[is_said], people[is_said])}


def _types(results: Results) -> list[str]:
    matches = results.matches(NEIGHBOURS)
    return [match.product.category.name if match.product.category else "" for match in matches]


def _share_of(verdict: str, photos: list[LabelledPhoto], verdicts: dict[str, str]) -> dict | None:
    values = np.array([verdicts[photo.name] == verdict for photo in photos], float)
    return told(values, np.array([photo.person for photo in photos]))
