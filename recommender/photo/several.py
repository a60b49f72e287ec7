"""Several photos: those of one thing are searched with together, and those of another thing stand beside them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from recommender.photo import store
from recommender.photo.query import PhotoQuery
from recommender.photo.store import StoredPhoto


def ask_with(photos: Mapping[str, StoredPhoto], first: str = "") -> PhotoQuery:
    """Asks with the photos, by their names, that show the same thing as the first one.

    That is the first that shows anything, unless it is named.
    """
    lead = first or next((name for name in photos if photos[name].shown), next(iter(photos)))
    together = [name for name in photos if name == lead or _are_of_one_thing(photos[lead], photos[name])]
    beside = tuple(name for name in photos if name not in together)
    return PhotoQuery(beside=beside, **_asked_with([(name, photos[name]) for name in together]))


def _asked_with(photos: Collection[tuple[str, StoredPhoto]]) -> dict:
    """The fields of the query that searches with all of these photos together."""
    shown = [photo.shown for _, photo in photos if photo.shown]
    return {
        "photos": tuple(name for name, _ in photos),
        "box": shown[0].box if len(shown) == len(photos) == 1 else None,
        "seals": tuple(one.seal for one in shown),
    }


def _are_of_one_thing(one: StoredPhoto, other: StoredPhoto) -> bool:
    if not (one.shown and other.shown):
        return one.shown is other.shown
    return one.shown.thing == other.shown.thing or "" in (one.shown.thing, other.shown.thing)


@dataclass(frozen=True)
class Brought:
    """A photo on the page, with what can be done with it."""

    number: int
    """Counted from 1, over all that are shown"""
    name: str
    photo: StoredPhoto
    without: str
    """The address of the search without it; "" where it is the only one"""
    instead: str
    """The address of the search with it, where it is not searched with"""

    @property
    def called(self) -> str:
        """What the eye calls the thing; "" where it does not know it."""
        return self.photo.parts[0].name if self.photo.parts else ""


class Several:
    """The photos of a query that are still kept, as its page shows them."""

    def __init__(self, query: PhotoQuery):
        self._query = query
        self.are_away = False
        """Whether nobody can tell at the moment which are kept"""
        self._photos: dict[str, StoredPhoto] = {}
        try:
            found = {name: store.find(name) for name in (*query.photos, *query.beside)}
            self._photos = {name: photo for name, photo in found.items() if photo}
        except store.PhotosAway:
            self.are_away = True

    @cached_property
    def searched(self) -> list[Brought]:
        """Those that are searched with."""
        return [self._brought(name) for name in self._query.photos if name in self._photos]

    @cached_property
    def beside(self) -> list[Brought]:
        """Those of other things."""
        return [self._brought(name) for name in self._query.beside if name in self._photos]

    def _brought(self, name: str) -> Brought:
        is_beside = name in self._query.beside
        instead = ask_with(self._photos, first=name).address() if is_beside else ""
        without = self._without(name) if len(self._photos) > 1 else ""
        return Brought(list(self._photos).index(name) + 1, name, self._photos[name], without, instead)

    def _without(self, name: str) -> str:
        others = {other: photo for other, photo in self._photos.items() if other != name}
        together = [(other, others[other]) for other in self._query.photos if other in others]
        if not together:
            return ask_with(others).address()
        query = replace(self._query, beside=tuple(other for other in self._query.beside if other in others))
        return query.address(**({} if name in self._query.beside else _asked_with(together)))
