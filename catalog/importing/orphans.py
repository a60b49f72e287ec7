"""Pictures and renditions that no row names: a batch that was killed has stored them, or their products are gone."""

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import NamedTuple

from django.db import transaction

from catalog.importing.models import ImportChange, PictureAddress
from catalog.models import FurtherPicture, Product
from catalog.pictures import naming
from catalog.pictures.media import media

LEFT_ALONE = timedelta(days=1)
"""How long a file stays that no row names."""
LOOKED_UP_AT_ONCE = 1000
DELETED_AT_ONCE = 20_000
"""For so many files at a time all that imports have noted is read, which has no index of pictures."""
STORED = re.compile(r"(products|renditions/[0-9]+)/([0-9a-f]{2})/(?P<digest>\2[0-9a-f]{62})\.[a-z0-9]+(\.new)?")
"""The name of a picture, of a rendition, or of one that is being restored from a backup."""


class Stored(NamedTuple):
    """A file of the media storage; a row keeps it by its name, or a rendition by its picture's digest."""

    name: str
    digest: str
    kept_by: str


class Swept(NamedTuple):
    """How many files were looked at, and how many of them were deleted."""

    looked_at: int
    deleted: int


def sweep(now: datetime) -> Swept:
    """Deletes the pictures and renditions that no row names and that were last written or brought a day ago.

    What has another kind of name stays, and so do links. Raises PicturesInUse and OSError.
    """
    return _Sweep(now - LEFT_ALONE).run()


class _Sweep:
    def __init__(self, before: datetime):
        self._before = before
        self._looked_at = self._deleted = 0

    def run(self) -> Swept:
        batches = _in_batches(self._left_alone(), LOOKED_UP_AT_ONCE)
        suspects = chain.from_iterable(_not_named_by_products(batch) for batch in batches)
        for batch in _in_batches(suspects, DELETED_AT_ONCE):
            self._delete(batch)
        return Swept(self._looked_at, self._deleted)

    def _left_alone(self) -> Iterator[Stored]:
        for file in chain(media.walk("products"), media.walk("renditions")):
            if match := STORED.fullmatch(file.name):
                self._looked_at += 1
                if file.modified <= self._before.timestamp():
                    kept_by = match[0] if match[1] == "products" else match["digest"]
                    yield Stored(file.name, match["digest"], kept_by)

    @transaction.atomic
    def _delete(self, suspects: list[Stored]) -> None:
        """Deletes those of them that are still named by nobody, while nobody can name any."""
        naming.hold_off()
        named = _named_by_imports({stored.kept_by for stored in suspects})
        unnamed = [stored.name for stored in _not_named_by_products(suspects) if stored.kept_by not in named]
        self._deleted += media.delete_old(unnamed, self._before)


def _in_batches(files: Iterable[Stored], count: int) -> Iterator[list[Stored]]:
    files = iter(files)
    while batch := list(islice(files, count)):
        yield batch


def _not_named_by_products(files: Collection[Stored]) -> list[Stored]:
    named: set[str] = set()
    for model in (Product, FurtherPicture):
        rows = model._default_manager.filter(image_digest__in={stored.digest for stored in files}).order_by()
        named.update(*rows.values_list("image", "image_digest"))
    return [stored for stored in files if stored.kept_by not in named]


def _named_by_imports(wanted: set[str]) -> set[str]:
    """Which of these names and digests are of pictures that were fetched, or that come back with an undone import."""
    named: set[str] = set()
    fetched = PictureAddress.objects.exclude(image_digest="").order_by().values_list("image", "image_digest")
    for row in fetched.iterator():
        named |= wanted.intersection(row)
    before = ImportChange.objects.filter(before__isnull=False)
    changes = before.values_list("before__image", "before__image_digest", "before__further")
    for name, digest, further in changes.iterator():
        # What an import noted before there were further pictures says nothing of them.
        named |= wanted.intersection((name, digest, *chain.from_iterable(further or ())))
    return named
