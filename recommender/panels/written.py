"""The panels of a product's page as they are written, kept for as long as they show the same."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from catalog import appearance
from catalog.caching import compressed, expanded, kept
from catalog.databases import connection_to_read
from catalog.models import MerchandisingRule, Product
from catalog.revalidation import state_of_pages
from recommender import panels
from recommender.cards import Card
from recommender.models import Embedding
from recommender.panels.panel import Page, Panel
from recommender.panels.similar import SIMILAR

SECONDS_KEPT = 300
"""So old may be what no version tells, like an embedding that is committed after one that was made later"""
VERSION = """
    SELECT (SELECT id FROM recommender_encoder WHERE state = 'active'),
    (SELECT max(created_at) FROM recommender_embedding), (SELECT changed_at FROM catalog_catalogversion)
"""
"""What panels are made from. Written out, as each page asks it, and Django takes five times as long to write it."""


@dataclass(frozen=True)
class Written:
    """Some panels of a product's page, as they stand there."""

    texts: dict[str, bytes]
    """What is written of each, by its name, compressed"""
    places: frozenset[str]
    """The names of those that have cards"""
    taken: frozenset[int]
    """The ids of the products that stand in them, and of the page's own"""
    until: datetime | None = None
    """When they are to be written anew at the latest, as rules or prices change then"""

    def text(self, panel: Panel) -> SafeString:
        return expanded(self.texts[panel.name])


def written_panels(product: Product, seen: list[int], *, explains: bool) -> Iterator[tuple[Panel, SafeString, bool]]:
    """Each panel of the product's page in its order, its text, and whether it has cards.

    `seen` are the ids of the products that this browser looked at before, latest first; `explains` is whether the page
    says why products are similar.
    """
    for_everybody = _for_everybody(product, explains=True) if explains else _kept_for_everybody(product)
    page = Page(product, seen, taken=set(for_everybody.taken))
    own = _written(page, panels.fill([panel for panel in panels.PANELS if not panel.is_for_everybody], page))
    for panel in panels.PANELS:
        written = for_everybody if panel.is_for_everybody else own
        yield panel, written.text(panel), panel.name in written.places


def _kept_for_everybody(product: Product) -> Written:
    version = _version()
    if version is None or settings.DEBUG:
        return _for_everybody(product)
    return kept(f"panels:{product.pk}:{version}", partial(_for_everybody, product), SECONDS_KEPT, _until)


def _until(written: Written) -> datetime | None:
    # Without similar products there may be some in a moment.
    return written.until if SIMILAR.name in written.places else timezone.now()


def _version() -> str | None:
    """Another text when panels may show something else; None while nothing can be similar."""
    with connection_to_read(Embedding._meta.label).cursor() as cursor:
        cursor.execute(VERSION)
        encoder, *changed = cursor.fetchone()
    return state_of_pages(repr((encoder, changed))) if encoder else None


def _for_everybody(product: Product, *, explains: bool = False) -> Written:
    page, began = Page(product, seen=[], taken={product.pk}), timezone.now()
    filled = panels.fill([panel for panel in panels.PANELS if panel.is_for_everybody], page)
    changes = _changes(product, chain.from_iterable(filled.values()), began)
    return _written(page, filled, min(changes, default=None), explains)


def _written(
    page: Page, filled: Mapping[Panel, Sequence[Card]], until: datetime | None = None, explains: bool = False
) -> Written:
    context = {"product": page.product, "shop": appearance.current(), "explains": explains}
    texts = {
        panel.name: render_to_string(panel.template, {**context, "panel": panel, "cards": cards})
        for panel, cards in filled.items()
    }
    return Written(
        {name: compressed(text) for name, text in texts.items()},
        frozenset(panel.name for panel, cards in filled.items() if cards),
        frozenset(page.taken),
        until,
    )


def _changes(product: Product, cards: Iterable[Card], since: datetime) -> Iterator[datetime]:
    """The moments after that one at which rules of the panels change, or prices: the cards', and the product's own.

    By its own the cards may be chosen.
    """
    for one in (product, *(card.product for card in cards)):
        yield from one.price_changes(since)
    for dates in MerchandisingRule.objects.beside(product).values_list("starts_at", "ends_at"):
        yield from (date for date in dates if date and date > since)
