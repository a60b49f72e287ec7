"""Style wander: a wall of pictures that begins diverse and gathers around what the shopper takes to."""

from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np
from django.db.models.functions import Mod
from django.http import QueryDict
from django.urls import reverse

from catalog.addresses import values_of
from catalog.caching import kept
from catalog.models import CatalogVersion, Product
from recommender import neighbours
from recommender.diversity import farthest_points, unit
from recommender.models import Encoder

TILES = 36
SAMPLE = 1500
AROUND = 240
CLOSEST = 12
"""So many tiles are what lies nearest; the others show how the surroundings differ."""
MOST_STEPS = 12
AVERSION = 0.5
STEP_BACK = 0.7
"""How much less each earlier like counts than the next."""
SECONDS_KEPT = 3600


@dataclass(frozen=True)
class Tile:
    """A picture on the wall, and where its two choices lead."""

    product: Product
    more: str
    less: str


class Wander:
    """Where a shopper has wandered to, as the address tells: the skus taken to (`like`) and turned from (`less`)."""

    def __init__(self, query: QueryDict):
        self.likes = values_of(query, "like")[-MOST_STEPS:]
        self.dislikes = values_of(query, "less")[-MOST_STEPS:]

    def tiles(self) -> list[Tile]:
        """The wall; the product taken to last comes first. Empty while nothing is searchable."""
        return [self._tile(product) for product in self._wall()]

    def _tile(self, product: Product) -> Tile:
        likes = [sku for sku in self.likes if sku != product.sku]
        dislikes = [sku for sku in self.dislikes if sku != product.sku]
        return Tile(product, _address([*likes, product.sku], dislikes), _address(likes, [*dislikes, product.sku]))

    def _wall(self) -> list[Product]:
        known = neighbours.embeddings_of_skus((*self.likes, *self.dislikes))
        likes = [known[sku] for sku in self.likes if sku in known]
        dislikes = [known[sku].vector for sku in self.dislikes if sku in known]
        if not likes:
            return _in_order(_diverse(dislikes))
        heading = _heading([row.vector for row in likes], dislikes)
        gathered = _gathered(likes[-1].encoder, heading, {row.product_id for row in known.values()})
        return _in_order([likes[-1].product_id, *gathered])


def diverse_products(count: int) -> list[Product]:
    """Products as different as the shop has them."""
    return _in_order(_diverse([])[:count])


def _address(likes: list[str], dislikes: list[str]) -> str:
    steps = {"like": likes[-MOST_STEPS:], "less": dislikes[-MOST_STEPS:]}
    return f"{reverse('recommender:explore')}?{urlencode(steps, doseq=True)}"


def _heading(likes: list[np.ndarray], dislikes: list[np.ndarray]) -> np.ndarray:
    """Towards the likes, the last one most, and away from the dislikes."""
    weights = STEP_BACK ** np.arange(len(likes))[::-1]
    heading = unit(np.average(likes, axis=0, weights=weights))
    return unit(heading - AVERSION * unit(np.mean(dislikes, axis=0))) if dislikes else heading


def _gathered(encoder: Encoder, heading: np.ndarray, without: set[int]) -> list[int]:
    """Ids of what lies nearest, then of what differs most around it; no picture twice."""
    # The wall shows products' own pictures, so that nothing stands there for another one.
    among = encoder.embeddings.fresh().exclude(product__in=without)
    with neighbours.index_settings():
        found = neighbours.nearest(encoder, among, heading, AROUND)
    found = list({near.image_digest: near for near in reversed(found)}.values())[::-1]
    closest, others = found[:CLOSEST], found[CLOSEST:]
    if not others:
        return [near.product for near in closest]
    chosen = sorted(farthest_points(neighbours.vectors_of(encoder, others), TILES - 1 - len(closest)))
    return [near.product for near in [*closest, *(others[number] for number in chosen)]]


def _diverse(dislikes: list[np.ndarray]) -> list[int]:
    """Ids of a wall from all over the catalogue, the most ordinary first; far from what was turned from."""
    encoder = Encoder.objects.active()
    if encoder is None:
        return []
    ids, vectors = sample(encoder)
    if dislikes and len(ids):
        closest = (vectors @ np.stack(dislikes).T).max(axis=1)
        far = closest <= np.median(closest)
        ids, vectors = ids[far], vectors[far]
    if not len(ids):
        return []
    middle = int((vectors @ vectors.mean(axis=0)).argmax())
    return [int(ids[number]) for number in farthest_points(vectors, TILES, middle)]


def sample(encoder: Encoder) -> tuple[np.ndarray, np.ndarray]:
    """(ids (n,), vectors float32 (n, d)) of up to 1,500 products from all over the catalogue, the same every time."""
    return kept(f"sample:{encoder.pk}:{CatalogVersion.now()}", lambda: _sample(encoder), SECONDS_KEPT)


def _sample(encoder: Encoder) -> tuple[np.ndarray, np.ndarray]:
    every = max(1, encoder.embeddings.fresh().count() // SAMPLE)
    rows = encoder.embeddings.in_the_shop().annotate(place=Mod("product_id", every)).filter(place=0)
    found = {row.image_digest: row for row in rows.order_by("product_id")[:SAMPLE]}.values()
    vectors = np.array([row.vector for row in found], np.float32).reshape(-1, encoder.dimensions)
    return np.array([row.product_id for row in found]), vectors


def _in_order(ids: list[int]) -> list[Product]:
    products = Product.objects.in_the_shop().for_cards().in_bulk(ids)
    return [products[pk] for pk in ids if pk in products]
