"""Why two pictures look alike."""

import pytest
from PIL import ImageDraw

from recommender.explanation import explain
from tests.factories import ProductFactory, searchable_products
from tests.pictures import as_file, drawing

pytestmark = pytest.mark.django_db


def test_an_explanation_points_at_what_two_pictures_share():
    """The same drawing with a blot in one corner: the blot is not why they look alike."""
    picture = drawing(8, (300, 400))
    blotted = picture.copy()
    ImageDraw.Draw(blotted).rectangle((200, 300, 300, 400), fill="black")
    one, two = ProductFactory(file=as_file(picture)), ProductFactory(file=as_file(blotted))
    (found,) = explain(one, [two])
    for cells in (found.own_cells, found.other_cells):
        assert max(cell.weight for cell in cells) == 1
        assert all(0 <= cell.column < 6 and 0 <= cell.row < 8 for cell in cells)
    strongest = max(found.other_cells, key=lambda cell: cell.weight)
    assert not (strongest.column >= 4 and strongest.row >= 6)


def test_a_page_explains_on_request(client):
    address = searchable_products(24)[0].get_absolute_url()
    assert 'class="cells"' not in client.get(address).content.decode()
    page = client.get(f"{address}?explain").content.decode()
    assert page.count('class="cells"') == 12
    assert "<rect" in page
