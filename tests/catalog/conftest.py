"""What the tests of the catalogue share."""

import pytest

from catalog import fetching
from catalog.importing.advancing import import_catalog
from tests.pictures import style, write_catalogue, write_styles


@pytest.fixture
def shop(db, tmp_path):
    """Four products: three shirts and a shoe."""
    _, images = write_catalogue(tmp_path, 4)
    rows = [
        style("1", gender="Women", productDisplayName="Striped Shirt"),
        style("2", baseColour="Red", season="Summer", productDisplayName="Plain Shirt"),
        style("3", usage="Formal", productDisplayName="Office Shirt"),
        style("4", masterCategory="Footwear", subCategory="Shoes", articleType="Heels", productDisplayName="Pumps"),
    ]
    import_catalog(write_styles(tmp_path / "styles.csv", rows), images)


@pytest.fixture
def public(monkeypatch):
    """This machine stands in for the public internet."""
    monkeypatch.setattr(fetching, "_is_public", lambda ip: True)
    monkeypatch.setattr(fetching, "_checked", lambda address, _=(): fetching.urlsplit(address))
