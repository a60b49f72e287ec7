"""How well the panels agree with the catalogue, and what the quality page tells staff."""

import pytest

from recommender import embedding
from recommender.measuring import quality
from recommender.measuring.catalogue import load_catalogue
from recommender.models import QualityReport
from recommender.panels import panels
from recommender.registry import active_encoder
from recommender.tasks import measure_quality
from tests.factories import CategoryFactory, ProductFactory, searchable_products
from tests.pictures import as_file, drawing

pytestmark = pytest.mark.django_db


@pytest.fixture
def products():
    products = searchable_products(24)
    shirts, shoes = CategoryFactory(), CategoryFactory()
    for number, product in enumerate(products):
        product.category, product.base_colour = (shirts, shoes)[number % 2], ("Red", "Blue")[number % 3 == 0]
        product.save()
    return products


def measure() -> QualityReport | None:
    return quality.measure(load_catalogue(active_encoder()))


def test_quality_is_what_the_neighbours_agree_in(products):
    report = measure()
    expected = []
    for product in products:
        cards = panels(product, [])[0].cards[:5]
        expected.append(sum(card.product.category_id == product.category_id for card in cards) / 5)
    assert report.products == len(products)
    assert report.category == pytest.approx(sum(expected) / len(expected), abs=0.02)
    (worst, others), *_ = quality.panels(report)
    assert worst in products
    assert len(others) == 5
    assert worst not in others


def test_copies_of_its_picture_are_no_neighbours(products):
    content = as_file(drawing(4711))
    copies = [ProductFactory(file=content, category=products[0].category, base_colour="Red") for _ in range(2)]
    embedding.embed_products([copy.pk for copy in copies])
    report = measure()
    shown = dict(report.worst)
    assert copies[1].sku not in shown.get(copies[0].sku, [])


def test_too_few_products_have_no_quality():
    searchable_products(3)
    assert measure() is None


def test_staff_see_the_report_and_the_marks(admin_client, client, products):
    client.post(f"/products/{products[0].sku}/marks/", {"look": products[1].sku})
    measure_quality()
    page = admin_client.get("/admin/recommender/qualityreport/").content.decode()
    assert "not similar, 1 " in page
    assert page.count("quality-panel") == 24 + 1
    assert QualityReport.objects.count() == 1
    assert client.get("/admin/recommender/qualityreport/").status_code == 302
    assert client.post("/admin/recommender/qualityreport/measure/").status_code == 302
    assert QualityReport.objects.count() == 1
