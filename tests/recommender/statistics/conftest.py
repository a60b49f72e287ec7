"""A shop that counts, and a shopper in it."""

import csv
import io

import pytest
from django.core.cache import cache
from django.test import Client

from recommender.statistics.tally import TALLY

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(autouse=True)
def nothing_kept(counting) -> None:
    cache.clear()


@pytest.fixture
def shopper() -> Client:
    return Client(headers={"user-agent": BROWSER})


@pytest.fixture
def table(admin_client):
    """The rows of a table that the administration lets download, each a dictionary."""

    def download(name: str, days: int = 30) -> list[dict[str, str]]:
        TALLY.write()
        response = admin_client.get(f"/admin/statistics/searchedwords/{name}.csv?days={days}")
        assert response.status_code == 200
        return list(csv.DictReader(io.StringIO(response.getvalue().decode())))

    return download
