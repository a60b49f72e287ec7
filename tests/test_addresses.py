"""Addresses that nobody meant: whatever stands in them, a page answers, and never with an error of the server's."""

import re
import tracemalloc
from collections.abc import Iterator
from urllib.parse import quote, quote_from_bytes

import numpy as np
import pytest
from django.urls import URLPattern, URLResolver
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from catalog.attributes import NAMES
from fashionsite.urls import urlpatterns
from recommender.photo.query import seal
from recommender.registry import active_encoder
from tests.factories import CategoryFactory, ProductFactory, searchable_products

pytestmark = pytest.mark.django_db


def public_routes(patterns: list[URLPattern | URLResolver], before: str = "/") -> Iterator[str]:
    """The routes of all pages but the administration's, like /products/<str:sku>/."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route
        elif not route.startswith("/admin/"):
            yield from public_routes(pattern.url_patterns, route)


ROUTES = sorted(set(public_routes(urlpatterns)))
PARAMETERS = (
    *NAMES,
    *("q", "sort", "page", "category", "photo", "box", "look", "like", "less", "colour", "emphasis", "address"),
    *("as_typed", "count", "explain", "p", "format", "lang", "version"),
)
"""Of all pages; each page is asked with those of the others too."""
FORM = "application/x-www-form-urlencoded"
MEANT = ("P0", "category-0", "2", "Men", "red shirt", "0,0,50,50", "products", "240", "SEAL")
MEANINGLESS = (
    *("", "-1", "1e999", "1_0", "٣", "9" * 30, "9" * 5000, "x" * 400, "nan,inf,1,1", "1e308,0,-1e308,5", "AAAA:bbbb"),
    *("..", "../" * 9, "-", "!" * 99, "' OR 1=1", "<script>", "a b c d e " * 30, "&|!():*'\\", "e\u0301", "\U0001f457"),
)
BROKEN = ("~00", "a~00b", "%", "%zz", "%FF", "%ED%A0%80", "%C3", "a%00b", "%00", "%E2%80%AE", "%0D%0A", "%2F..%2F")
"""Percent encodings of what is no text, or of what no name of a product has."""
texts = st.one_of(
    st.sampled_from(MEANT).map(quote),
    st.sampled_from(MEANINGLESS).map(quote),
    st.sampled_from(BROKEN),
    st.binary(max_size=12).map(quote_from_bytes),
    st.text(max_size=12).map(lambda text: quote(text, errors="replace")),
)
queries = st.lists(st.tuples(st.sampled_from(PARAMETERS) | texts, texts).map("=".join), max_size=6).map("&".join)


@pytest.fixture
def sealed() -> str:
    """A shop of five products, four of them in a category; the seal of a look."""
    # The addresses name them.
    ProductFactory.reset_sequence(0)
    CategoryFactory.reset_sequence(0)
    products = searchable_products(5)
    category = CategoryFactory()
    for product in products[1:]:
        product.category, product.gender, product.year = category, "Men", 2012
        product.save()
    encoder = active_encoder()
    return quote(seal(np.asarray(encoder.embeddings.first().vector, np.float32), encoder))


@given(route=st.sampled_from(ROUTES), places=st.lists(texts, min_size=2, max_size=2), query=queries)
@example(route="/products/", places=[""], query="&".join(f"gender={number}" for number in range(1500)))
@example(route="/media/renditions/<int:width>/<slug:digest>.webp", places=["9" * 400, "x"], query="")
@example(route="/media/renditions/<int:width>/<slug:digest>.webp", places=["240", "x" * 400], query="")
@example(route="/media/<path:path>", places=["x" * 400], query="")
@example(route="/search/photo/", places=[""], query="look=SEAL&colour=Red&emphasis=2&category=a&page=9&box=nan,1,1,1")
@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_address_is_an_error_of_the_server(client, sealed, route, places, query):
    words = iter(places)
    path = re.sub("<[^>]+>", lambda _: next(words), route)
    query = query.replace("SEAL", sealed)
    # An error would be raised here.
    assert client.get(f"{path}?{query}").status_code < 500
    assert client.post(path, query, content_type=FORM).status_code < 500


@pytest.mark.parametrize(
    "address", ["/%00", "/products/%00/", "/products/?q=a%00b", "/c/%00/", "/api/v1/products/?gender=%00", "/?%00=1"]
)
def test_a_nul_is_refused_in_one_place_for_all(client, address):
    response = client.get(address)
    assert response.status_code == 400
    is_for_programs = address.startswith("/api/")
    assert ("NUL" if is_for_programs else "could not be understood") in response.content.decode()


@pytest.mark.parametrize("query", ["q=%00", "gender__exact=%00", "e=1&%00=2"])
def test_so_it_is_in_the_administration(admin_client, query):
    assert admin_client.get(f"/admin/catalog/product/?{query}").status_code == 400


@pytest.mark.parametrize("sku", ["~00", "a~00b"])
@pytest.mark.parametrize("address", ["/products/{}/", "/api/v1/products/{}/", "/api/v1/products/{}/similar/"])
def test_no_id_has_a_nul_however_it_is_written(client, address, sku):
    assert client.get(address.format(sku)).status_code == 404


@pytest.mark.parametrize("address", ["/c/{}/", "/api/v1/products/?category={}", "/suggestions/?q=a&category={}"])
def test_a_path_of_thousands_of_categories_costs_nothing(client, address):
    tracemalloc.start()
    client.get(address.format("a/" * 2000 + "a"))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 5_000_000


def test_a_cookie_longer_than_browsers_keep_one_is_refused(client):
    answer = client.get("/favourites/", headers={"cookie": 'favourites="' + '\\"' * 14_000 + '"'})
    assert answer.status_code == 400
    assert client.get("/favourites/", headers={"cookie": "; ".join(["a=b" * 1000] * 5)}).status_code == 200
