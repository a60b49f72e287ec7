"""How many photos one client may search with."""

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from rest_framework.throttling import AnonRateThrottle


class PhotoThrottle(AnonRateThrottle):
    """So many a minute from one address, whether by the page or over REST."""

    scope = "photo"

    @property
    def cache(self) -> BaseCache:  # type: ignore[override]
        return caches["photos"]

    def get_rate(self) -> str:
        return settings.PHOTO_RATE
