"""What the tests of the API share."""

import pytest
from django.core.cache import cache

from fashionsite.api.models import Key
from tests.recommender.photo.conftest import products

__all__ = ["products"]


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


@pytest.fixture
def writing(db) -> dict[str, str]:
    """The headers of a program that may do everything."""
    return bearer(may_write=True)


def bearer(**values: object) -> dict[str, str]:
    """The headers of a program with a new key."""
    _, text = Key.make(name="a program", **values)
    return {"Authorization": f"Bearer {text}"}
