"""What shoppers mark, why two look alike, and what the quality page tells staff."""

import pytest
from django.core.management import call_command
from PIL import ImageDraw

from recommender import embedding
from recommender.explanation import explain
from recommender.measuring import quality
from recommender.models import Mark, QualityReport
from recommender.panels import SIMILAR, panels_of
from recommender.tasks import measure_quality
from tests.factories import CategoryFactory, ProductFactory, searchable_products
from tests.pictures import as_file, drawing, style, write_styles

pytestmark = pytest.mark.django_db


@pytest.fixture
def products():
    products = searchable_products(24)
    shirts, shoes = CategoryFactory(), CategoryFactory()
    for number, product in enumerate(products):
        product.category, product.base_colour = (shirts, shoes)[number % 2], ("Red", "Blue")[number % 3 == 0]
        product.save()
    return products


def say(client, product, other, kind="look"):
    return client.post(f"/products/{product.sku}/marks/", {kind: other.sku})


def test_marks_are_counted_and_nobody_is_named(client, products):
    one, two, *_ = products
    for _ in range(3):
        assert say(client, one, two).status_code == 302
    say(client, one, two, "colour")
    assert dict(Mark.objects.values_list("kind", "times")) == {"look": 3, "colour": 1}
    assert {field.name for field in Mark._meta.fields} == {"id", "product", "other", "kind", "times", "last_at"}
    assert "Noted" in client.get(one.get_absolute_url()).content.decode()


def test_a_senseless_mark_is_refused(client, products):
    one, two, *_ = products
    assert say(client, one, one).status_code == 404
    assert say(client, one, two, "ugly").status_code == 400
    assert client.get(f"/products/{one.sku}/marks/").status_code == 405
    assert client.post(f"/products/{one.sku}/marks/").status_code == 400
    assert not Mark.objects.exists()


def test_every_similar_product_can_be_marked(client, products):
    page = client.get(products[0].get_absolute_url()).content.decode()
    similar = panels_of(products[0], [])[SIMILAR]
    assert page.count('name="look"') == len(similar) > 0


def test_quality_is_what_the_neighbours_agree_in(products):
    report = quality.measure()
    expected = []
    for product in products:
        cards = panels_of(product, [])[SIMILAR][:5]
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
    report = quality.measure()
    shown = dict(report.worst)
    assert copies[1].sku not in shown.get(copies[0].sku, [])


def test_too_few_products_have_no_quality():
    searchable_products(3)
    assert quality.measure() is None


def test_staff_see_the_report_and_the_marks(admin_client, client, products):
    say(client, products[0], products[1])
    measure_quality()
    page = admin_client.get("/admin/recommender/qualityreport/").content.decode()
    assert "not similar, 1 " in page
    assert page.count("quality-panel") == 24 + 1
    assert QualityReport.objects.count() == 1
    assert client.get("/admin/recommender/qualityreport/").status_code == 302
    assert client.post("/admin/recommender/qualityreport/measure/").status_code == 302
    assert QualityReport.objects.count() == 1


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


def test_a_page_explains_on_request(client, products):
    address = products[0].get_absolute_url()
    assert 'class="regions"' not in client.get(address).content.decode()
    page = client.get(f"{address}?explain").content.decode()
    assert page.count('class="regions"') == 12
    assert "<rect" in page


def test_marked_pairs_become_test_cases_of_the_evaluation(tmp_path, capsys, products):
    images = tmp_path / "images"
    images.mkdir()
    for product in products:
        (images / f"{product.sku}.jpg").write_bytes(product.image.read())
    styles = write_styles(tmp_path / "styles.csv", [style(product.sku) for product in products])
    Mark.objects.add(products[0], panels_of(products[0], [])[SIMILAR][0].product, "look")
    call_command("evaluate_retrieval", styles=styles, images=images, report=tmp_path / "report")
    assert "0 of 1 pairs that shoppers marked are kept apart" in capsys.readouterr().out
