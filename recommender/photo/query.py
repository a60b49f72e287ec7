"""What a shopper searches with, as the address tells: photos, products, another colour, and what should count."""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import numpy as np
from django.core import signing
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy

from catalog import prices
from catalog.addresses import values_of
from catalog.attributes import ATTRIBUTES
from catalog.choices import Chosen
from catalog.money import Range
from catalog.querysets import SIZE
from catalog.terms import MOST_FURTHER_PICTURES
from recommender import neighbours
from recommender.diversity import unit
from recommender.models import Calibration, Embedding, Encoder
from recommender.photo.boxes import Box

SIGNER = signing.Signer(salt="look")
DIGEST_BYTES = 8
MOST_VALUES = 8
EMPHASES = {-2: 0.0, -1: 0.5, 0: 1.0, 1: 1.8, 2: 3.0}
"""How much the colour counts: the factor of its part of the embedding, from shape alone to colour above all."""
TURN = 2.0
"""How strongly another colour pulls: over 40,000 products more than half of the twelve nearest have it then, and three
quarters are still of the same kind (without a pull 11 % and 79 %; at 3 it is 74 % and 68 %)."""
FACETS = {
    "category": gettext_lazy("Category"),
    **{attribute.name: attribute.label for attribute in ATTRIBUTES},
    SIZE: gettext_lazy("Size"),
}


class ExpiredSeal(Exception):
    """What another encoder saw, or what this shop did not sign."""


@dataclass(frozen=True)
class PhotoQuery:
    """Seals are signed embeddings, so that an address can be shared while no photo is kept; photos are for cropping."""

    photos: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    """Photos of other things, which came together with these and can be searched with instead"""
    box: Box | None = None
    seals: tuple[str, ...] = ()
    likes: tuple[str, ...] = ()
    picture: int = 1
    """Which picture of the only product taken to; its own one is the first"""
    colour: str = ""
    emphasis: int = 0
    filters: Chosen = field(default_factory=dict)
    price: Range = field(default_factory=Range)
    page: int = 1

    @classmethod
    def parse(cls, query: QueryDict) -> "PhotoQuery":
        def asked(name: str) -> tuple[str, ...]:
            return tuple(values_of(query, name)[:MOST_VALUES])

        return cls(
            photos=asked("photo"),
            beside=asked("beside"),
            box=Box.parse(query.get("box", "")),
            seals=asked("look"),
            likes=asked("like"),
            picture=_number(query.get("picture"), 1, MOST_FURTHER_PICTURES + 1, 1),
            colour=query.get("colour", ""),
            emphasis=_number(query.get("emphasis"), min(EMPHASES), max(EMPHASES), 0),
            filters={name: tuple(sorted(values)) for name in FACETS if (values := asked(name))},
            price=prices.asked(query),
            page=_number(query.get("page"), 1, 1000, 1),
        )

    def __bool__(self) -> bool:
        return bool(self.photos or self.seals or self.likes)

    @property
    def is_narrow(self) -> bool:
        return bool(self.filters or self.price)

    def address(self, **changes: Any) -> str:
        """The page of this query with some of it changed; its first page unless that is what changes."""
        other = replace(self, **{"page": 1, **changes})
        return f"{reverse('recommender:photo_search')}?{urlencode(list(other.pairs()))}"

    @property
    def shared_address(self) -> str:
        """The address for others: the photo stays with whoever brought it."""
        return self.address(photos=(), beside=(), box=None)

    def pairs(self) -> Iterator[tuple[str, str]]:
        """The query as names and values."""
        yield from (("photo", name) for name in self.photos)
        yield from (("beside", name) for name in self.beside)
        yield from (("box", str(box)) for box in [self.box] if box)
        yield from (("look", seal) for seal in self.seals)
        yield from (("like", sku) for sku in self.likes)
        yield from (("picture", str(picture)) for picture in [self.picture] if picture > 1)
        yield from (("colour", colour) for colour in [self.colour] if colour)
        yield from (("emphasis", str(emphasis)) for emphasis in [self.emphasis] if emphasis)
        yield from ((name, value) for name, values in self.filters.items() for value in values)
        yield from prices.pairs(self.price)
        yield from (("page", str(page)) for page in [self.page] if page > 1)

    def pairs_without_emphasis(self) -> list[tuple[str, str]]:
        """For the form that sets it."""
        return list(replace(self, emphasis=0, page=1).pairs())

    def pairs_without_filters(self) -> list[tuple[str, str]]:
        """For the form of the facets."""
        return list(replace(self, filters={}, price=Range(), page=1).pairs())

    def turned_to(self, colour: str) -> str:
        """The address that shows it in another colour, or in its own again."""
        filters = {name: values for name, values in self.filters.items() if name != "base_colour"}
        return self.address(colour=colour, filters=filters | ({"base_colour": (colour,)} if colour else {}))

    def filtered(self, filters: Chosen) -> str:
        """The address with other filters."""
        chosen = urlencode(filters, doseq=True)
        return f"{self._unfiltered}&{chosen}" if chosen else self._unfiltered

    @cached_property
    def _unfiltered(self) -> str:
        return self.address(filters={})

    def vector(self, encoder: Encoder) -> np.ndarray | None:
        """What to search with, float32 (d,); None when nothing that was asked with can be found.

        Raises ExpiredSeal.
        """
        parts = [unseal(seal, encoder) for seal in self.seals]
        parts += [np.asarray(row.vector, np.float32) for row in self._liked()]
        if not parts:
            return None
        vector = unit(np.mean([unit(part) for part in parts], axis=0))
        calibration = Calibration.objects.filter(encoder=encoder).first() if self.colour or self.emphasis else None
        return self._coloured(vector, calibration) if calibration and calibration.directions else vector

    def _liked(self) -> list[Embedding]:
        """The embeddings of the products taken to, as far as they can be found."""
        if self.picture > 1 and len(self.likes) == 1:
            further = neighbours.embedding_of_picture(self.likes[0], self.picture)
            return [further] if further else []
        return list(neighbours.embeddings_of_skus(self.likes).values()) if self.likes else []

    def _coloured(self, vector: np.ndarray, calibration: Calibration) -> np.ndarray:
        """The part of the vector that is about colour, turned to another one, and made to count more or less."""
        directions = np.array(calibration.directions, np.float32)
        own = (vector @ directions.T) @ directions
        wanted = own
        if self.colour in calibration.colours:
            offset = np.array(calibration.colours[self.colour], np.float32)
            wanted = TURN * unit(offset) * max(np.linalg.norm(own), np.linalg.norm(offset))
        return unit(vector - own + EMPHASES[self.emphasis] * wanted)


def seal(vector: np.ndarray, encoder: Encoder) -> str:
    """An embedding (d,) as a signed text for an address; eight bits a number are enough for a search."""
    numbers = np.round(vector / np.abs(vector).max() * 127).astype(np.int8)
    content = bytes.fromhex(encoder.digest)[:DIGEST_BYTES] + numbers.tobytes()
    return SIGNER.sign(base64.urlsafe_b64encode(content).decode().rstrip("="))


def unseal(text: str, encoder: Encoder) -> np.ndarray:
    """The embedding, float32 (d,) of length one, in a sealed text. Raises ExpiredSeal."""
    try:
        encoded = SIGNER.unsign(text)
        content = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    except (signing.BadSignature, binascii.Error) as error:
        raise ExpiredSeal from error
    if content[:DIGEST_BYTES] != bytes.fromhex(encoder.digest)[:DIGEST_BYTES]:
        raise ExpiredSeal
    return unit(np.frombuffer(content[DIGEST_BYTES:], np.int8).astype(np.float32))


def _number(text: str | None, least: int, most: int, otherwise: int) -> int:
    try:
        return min(max(int(text or otherwise), least), most)
    except ValueError:
        return otherwise
