"""What the eye sees on a photo: all of it together, and each product where there are several."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from PIL import Image

from recommender.photo.boxes import WHOLE, Box
from recommender.photo.eye import Eye, Sight
from recommender.photo.foreground import foreground
from recommender.photo.garments import families, family
from recommender.photo.places import places

SURE = 0.9
"""How likely the eye must find it that a photo shows a product (docs/model-card.md)."""
SURER = 0.97
"""The same where the whole photo shows none, but two of its pieces do."""
LIKELY = 0.5
"""The same for a part of a photo that shows one, and for a photo a part of which surely does."""
HARDLY = 0.05
"""A photo that is no more likely to show one is not looked at again."""
KNOWN = 0.7
"""How sure the eye must be of the types of two pieces; of 862 photographs of one product 2 % are called several."""
ABOUT = 0.1
CERTAIN = 0.98
"""What the eye is so sure of the type of is one thing."""
ONE_OF_TWO = 0.8
"""How sure the eye must be that a single product is of one of two types, such as trousers and jeans."""
AN_IDEA = 0.5
"""And that a photo is of one of three: a coin or a fruit that is cut out on white may be a product, but of no type."""
SAME_FIGURE = 0.8
"""What all together are so surely stands for the only piece of that type, too."""
FAMILY = 0.6
"""How sure the eye must be of the families of two halves."""
ALIKE = 0.3
"""Halves whose families share more are of one thing."""
ALIKE_IN_COLOUR = 0.5
"""The same for their colours: a shirt whose lower half might be a skirt has one colour."""
LOOKS = 5
"""Each look takes time; so many pieces of a photo are worth it."""
WITHIN = 0.5
"""A piece that has so much of its area in another one is none of its own."""
OVERLAP = 0.65
"""Boxes that share so much (intersection over union) are the same proposal."""
REST = 0.3
"""What is left beside a piece is worth a look, if it is so much of all."""
FEET = 0.25
"""How much of a figure's height, from below, shows the shoes."""


class Seen(NamedTuple):
    """A part of a photo that was looked at."""

    box: Box
    sight: Sight

    @property
    def sureness(self) -> float:
        """How sure the eye is of its type."""
        return float(self.sight.kinds[0].max())

    def share_of(self, types: int) -> float:
        """How likely it is of one of so many types, the most likely ones."""
        return float(np.sort(self.sight.kinds[0])[-types:].sum())

    @property
    def type(self) -> int:
        return int(self.sight.kinds[0].argmax())


@dataclass(frozen=True)
class View:
    """What a photo shows."""

    whole: Seen
    around: Seen
    """All that the eye sees; the whole photo, where that is not a part of it"""
    pieces: list[Seen]
    """Single products, the largest first"""
    is_several: bool
    """Whether the pieces are to be searched with, each by itself"""
    shows_product: bool


class Looking:
    """The eye, and the RGB photo it looks at."""

    def __init__(self, eye: Eye, photo: Image.Image):
        self._eye, self._photo = eye, photo

    def view(self) -> View:
        whole = self._look(WHOLE)
        if whole.sight.product < HARDLY:
            return View(whole, whole, [], is_several=False, shows_product=False)
        around, candidates = self._candidates(whole)
        single = self._single(candidates, around)
        pieces = self._with_rest([*single, *self._others(single, [around, *candidates])], around)
        pieces.sort(key=lambda seen: -seen.box.area)
        shows_product = _shows_product(whole, around, candidates, single)
        return View(whole, around, pieces, self._is_several(pieces, whole), shows_product)

    def _look(self, box: Box) -> Seen:
        return Seen(box, self._eye.look_at(box.cut(self._photo)))

    def _candidates(self, whole: Seen) -> tuple[Seen, list[Seen]]:
        """What is around all that the eye sees, and what may be pieces: of the map, and of what stands out."""
        first, *rest = places(whole.sight.place, *self._photo.size) or [WHOLE]
        standing_out = foreground(self._photo)
        boxes = different([first, *rest, *(standing_out[1:] or standing_out)])[1 : LOOKS + 1]
        around = whole if first == WHOLE else self._look(first)
        return around, [self._look(box) for box in boxes]

    def _single(self, candidates: list[Seen], around: Seen) -> list[Seen]:
        """Those that are products of their own, rather than details of what all surely is."""
        single = _apart([seen for seen in candidates if self._is_single(seen, around)])
        is_alone = len(single) == 1 and around.sureness >= SAME_FIGURE
        if is_alone and (single[0].sureness < SURE or self._are_of_one_family(single[0], around)):
            return []
        return single

    def _is_single(self, seen: Seen, around: Seen) -> bool:
        """Whether the eye is sure that it is a product, and of what it is as of all, or that it is another thing."""
        if seen.sight.product < SURE or seen.share_of(2) < ONE_OF_TWO:
            return False
        is_surer = seen.sureness >= around.sureness
        is_other = seen.type != around.type and around.sureness < SAME_FIGURE
        return is_surer or is_other or not self._are_of_one_family(seen, around)

    def _is_several(self, pieces: list[Seen], whole: Seen) -> bool:
        """Whether the eye knows two pieces well enough: about as well as the whole photo, where they are alike."""
        surest = sorted(pieces, key=lambda seen: -seen.sureness)[:2]
        if len(surest) < 2:
            return False
        are_alike = self._are_of_one_family(*surest)
        return surest[1].sureness >= max(whole.sureness - ABOUT, KNOWN) if are_alike else surest[1].sureness >= KNOWN

    def _are_of_one_family(self, seen: Seen, other: Seen) -> bool:
        types = self._eye.classes["article_type"]
        return family(types[seen.type]) == family(types[other.type])

    def _others(self, single: list[Seen], all_seen: list[Seen]) -> list[Seen]:
        """The largest thing beside the single pieces, or what it is made of."""
        beside = [seen for seen in all_seen if seen.sight.product >= LIKELY and _is_apart(seen, single)]
        if not beside:
            return []
        largest = max(beside, key=lambda seen: seen.box.area)
        return self._parts_of(largest) or [largest]

    def _with_rest(self, pieces: list[Seen], around: Seen) -> list[Seen]:
        """The pieces with what lies beside the only one, where that is one as well."""
        rest = around.box.rest(pieces[0].box) if len(pieces) == 1 else None
        if rest is None or rest.area < REST * around.box.area:
            return pieces
        seen = self._look(rest)
        return [*pieces, seen] if self._is_single(seen, around) else pieces

    def _parts_of(self, seen: Seen) -> list[Seen]:
        """What is worn together, or lies side by side: the halves of a thing, and the shoes below."""
        if seen.sureness >= CERTAIN or seen.sight.product < LIKELY:
            return []
        is_upright = seen.box.height * self._photo.height > seen.box.width * self._photo.width
        first, second = (self._look(half) for half in seen.box.halves(is_upright))
        if not self._differ(first, second):
            return []
        # A figure in a shirt is searched with as the shirt: shops show it on figures, too.
        parts = [seen if seen.type == half.type and seen.sureness >= SAME_FIGURE else half for half in (first, second)]
        return parts + (self._shoes(seen.box, second) if is_upright else [])

    def _shoes(self, box: Box, legs: Seen) -> list[Seen]:
        shoes = self._look(Box(box.left, box.top + (1 - FEET) * box.height, box.width, FEET * box.height))
        is_new = shoes.sight.product >= SURE and self._families(shoes)["feet"] >= FAMILY > self._families(legs)["feet"]
        return [shoes] if is_new else []

    def _differ(self, first: Seen, second: Seen) -> bool:
        """Whether two halves are surely products of different families and colours."""
        one, other = self._families(first), self._families(second)
        return (
            min(first.sight.product, second.sight.product) >= SURE
            and min(max(one.values()), max(other.values())) >= FAMILY
            and sum(min(one[name], other[name]) for name in one) < ALIKE
            and float(np.minimum(first.sight.kinds[1], second.sight.kinds[1]).sum()) < ALIKE_IN_COLOUR
        )

    def _families(self, seen: Seen) -> dict[str, float]:
        return families(self._eye.classes["article_type"], seen.sight.kinds[0])


def different(boxes: list[Box]) -> list[Box]:
    """The boxes without those that hardly differ from an earlier one."""
    chosen: list[Box] = []
    for box in boxes:
        if all(box.overlap(other) < OVERLAP for other in chosen):
            chosen.append(box)
    return chosen


def _apart(seen: list[Seen]) -> list[Seen]:
    """Those that are not within one another, of which the surest are kept."""
    kept: list[Seen] = []
    for one in sorted(seen, key=lambda seen: -seen.sureness):
        if _is_apart(one, kept):
            kept.append(one)
    return kept


def _is_apart(seen: Seen, others: list[Seen]) -> bool:
    return all(seen.box.share_within(other.box) < WITHIN > other.box.share_within(seen.box) for other in others)


def _shows_product(whole: Seen, around: Seen, candidates: list[Seen], single: list[Seen]) -> bool:
    """Whether the eye is sure that there is one and has an idea what it is, or surely sees two single ones."""
    surest = whole.sight.product >= LIKELY and max(seen.sight.product for seen in (whole, around, *candidates))
    has_an_idea = (whole.share_of(3) + around.share_of(3)) / 2 >= AN_IDEA
    return (surest >= SURE and has_an_idea) or sum(seen.sight.product >= SURER for seen in single) > 1
