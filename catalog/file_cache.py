"""Where CACHE_URL names no Redis: files that all processes of this machine share, and what their folder lacks."""

from typing import Any

from django.core.cache.backends import filebased

from catalog.caching import UNREADABLE, note_unreadable
from catalog.outages import CACHE


class FileBasedCache(filebased.FileBasedCache):
    """Files, of which none comes while their folder is full or at fault; those that are there are still read."""

    def __init__(self, *arguments: Any) -> None:
        # The last thing that it does is to make its folder.
        try:
            super().__init__(*arguments)
        except OSError as error:
            CACHE.begin(error)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        try:
            return super().get(key, default, version)
        except OSError as error:
            CACHE.begin(error)
        except UNREADABLE as error:
            note_unreadable(error)
        return default

    def set(self, *arguments: Any, **options: Any) -> None:
        try:
            super().set(*arguments, **options)
        except OSError as error:
            CACHE.begin(error)
