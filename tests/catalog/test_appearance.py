"""A shop that somebody made theirs: what its pages show."""

import json
import re

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.utils.translation import get_language

from catalog.appearance import KEPT
from catalog.importing.mailing import sender
from catalog.models import Appearance, FooterLink
from catalog.signals import cards_shown
from tests.factories import ProductFactory, searchable_products

pytestmark = pytest.mark.django_db


def own(**values: object) -> Appearance:
    """Makes the shop somebody's own."""
    return Appearance.objects.update_or_create(pk=Appearance.ONLY, defaults=values)[0]


def page_of(client: Client, address: str) -> str:
    """Its HTML without the spaces beside tags."""
    return re.sub(r"(?<=>)\s+|\s+(?=<)", "", client.get(address).content.decode())


@pytest.fixture
def products():
    return searchable_products(3)


def test_pages_have_the_shops_name_headline_and_links(client, shop):
    maison = own(name="Maison <Zoë>", headline="Find your coat", tagline="Made in Lyon")
    FooterLink.objects.create(appearance=maison, position=2, title="Contact", address="mailto:zoe@example.org")
    FooterLink.objects.create(appearance=maison, position=1, title="Imprint", address="/imprint/")
    home = page_of(client, "/")
    assert "<title>Maison &lt;Zoë&gt; – Find your coat</title>" in home
    assert "<h1>Find your coat</h1>" in home
    assert '<meta property="og:site_name" content="Maison &lt;Zoë&gt;">' in home
    assert home.index('href="/imprint/"') < home.index('href="mailto:zoe@example.org"') < home.index('href="/privacy/"')
    site = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', home)[1])[0]
    assert (site["@type"], site["name"], site["url"]) == ("WebSite", "Maison <Zoë>", "http://testserver/")
    product = client.get("/products/1/").content.decode()
    assert "– Maison &lt;Zoë&gt;</title>" in product
    for address in ("/products/", "/nowhere/", "/privacy/"):
        page = client.get(address).content.decode()
        assert "– Maison &lt;Zoë&gt;</title>" in page
        assert "Made in Lyon" in page
        assert "Atelier" not in page
    assert client.get("/manifest.webmanifest").json()["name"] == "Maison <Zoë>"


def test_a_shop_of_nobody_looks_as_it_was_shipped(client):
    home = page_of(client, "/")
    assert "<h1>Seen it? Find it.</h1>" in home
    assert "<title>Atelier – find it by its look</title>" in home
    assert "accents-" not in home
    assert "theme-color" not in home


def test_pages_pay_no_query_for_it(client, shop, django_assert_max_num_queries):
    own(name="Maison", accent="#5b21b6")
    client.get("/products/")
    with django_assert_max_num_queries(20) as asked:
        for address in ("/products/", "/", "/nowhere/"):
            client.get(address)
    assert not [query for query in asked.captured_queries if "appearance" in query["sql"]]


def test_a_change_is_seen_at_once(client, shop):
    for name in ("First", "Second"):
        own(name=name)
        assert f"– {name}</title>" in client.get("/products/").content.decode()


def test_while_the_database_is_away_pages_say_so_in_the_shops_name(client, monkeypatch):
    own(name="Maison")
    assert "– Maison" in client.get("/nowhere/").content.decode()

    def away(*_, **__):
        raise DatabaseError("gone")

    KEPT.forget()
    with connection.execute_wrapper(away):
        assert "– Maison" in client.get("/nowhere/").content.decode()


def test_the_accent_is_a_style_sheet_that_is_kept_for_good(client):
    own(accent="#5b21b6")
    home = client.get("/").content.decode()
    address = re.search(r'href="(/accents-[0-9a-f-]+\.css)"', home)[1]
    answer = client.get(address)
    assert answer["Content-Type"].startswith("text/css")
    assert "immutable" in answer["Cache-Control"]
    light, dark = answer.content.decode().split("@media (prefers-color-scheme: dark)")
    assert "--accent:#5b21b6;--on-accent:#ffffff" in light
    assert "--accent:#5b21b6" not in dark
    assert re.search(r'name="theme-color"\s+media="\(prefers-color-scheme: light\)"\s+content="#5b21b6"', home)
    own(accent="#5b21b6", accent_in_dark="#c4b5fd")
    assert "/accents-5b21b6-c4b5fd.css" in client.get("/").content.decode()
    assert client.get("/accents-5b21b6-red.css").status_code == 404


@pytest.mark.parametrize(("shown", "address"), [("shows_wander", "/explore/"), ("shows_favourites", "/favourites/")])
def test_what_is_off_has_no_link_and_no_page(client, products, shown, address):
    assert f'href="{address}"' in client.get("/").content.decode()
    own(**{shown: False})
    assert f'href="{address}"' not in client.get("/").content.decode()
    assert client.get(address).status_code == 404


def test_favourites_that_are_off_take_their_cookie_along(client, products):
    address = f"/products/{products[0].sku}/favourite/"
    client.post(address)
    assert client.cookies["favourites"].value
    own(shows_favourites=False)
    page = client.get(products[0].get_absolute_url())
    assert "favourite" not in page.content.decode()
    assert page.cookies["favourites"]["max-age"] == 0
    assert client.post(address).status_code == 404


def test_what_was_seen_is_remembered_while_a_row_goes_by_it(client, products):
    first, second = ProductFactory.create_batch(2)

    def seen_page() -> str:
        client.get(first.get_absolute_url())
        return client.get(second.get_absolute_url()).content.decode()

    assert "Recently seen" in seen_page()
    own(shows_seen=False)
    assert "Recently seen" not in seen_page()
    assert client.cookies["seen"].value
    assert "For you" in client.get("/").content.decode()
    own(shows_seen=False, shows_for_you=False)
    home = client.get("/")
    assert home.cookies["seen"]["max-age"] == 0
    assert "For you" not in home.content.decode()
    assert "Look around" not in re.sub("<meta.*?>", "", home.content.decode(), flags=re.DOTALL)
    seen_page()
    assert not client.cookies["seen"].value


def test_marks_that_are_off_are_not_taken(client, products):
    first, second, _ = products
    assert "Not similar" in client.get(first.get_absolute_url()).content.decode()
    own(shows_marks=False)
    assert "Not similar" not in client.get(first.get_absolute_url()).content.decode()
    assert client.post(f"/products/{first.sku}/marks/", {"look": second.sku}).status_code == 404


def test_photos_come_by_address_where_server_and_shop_want_it(client, products, settings):
    settings.PHOTO_FROM_ADDRESS = True
    assert 'name="address"' in client.get("/search/photo/").content.decode()
    own(shows_photo_addresses=False)
    assert 'name="address"' not in client.get("/search/photo/").content.decode()
    answer = client.post("/search/photo/", {"address": "http://example.org/a.jpg"})
    assert "Choose a picture first." in answer.content.decode()


def test_pages_are_in_the_shops_language(client, shop, settings):
    own(language="de")
    seen = []

    def note(**_):
        seen.append(get_language())

    cards_shown.connect(note)
    try:
        client.get("/products/")
    finally:
        cards_shown.disconnect(note)
    assert seen == ["de"]
    assert get_language() == settings.LANGUAGE_CODE


def test_the_administration_is_called_by_the_shop(admin_client):
    own(name="Maison")
    assert "Maison administration" in admin_client.get("/admin/").content.decode()


@pytest.mark.parametrize(
    "values",
    [
        {"pk": 2},
        {"name": ""},
        {"accent": "red"},
        {"accent": "#ABCDEF"},
        {"logo_digest": "a"},
    ],
)
def test_the_database_keeps_one_row_that_makes_sense(values):
    with pytest.raises(IntegrityError), transaction.atomic():
        Appearance.objects.create(**{"pk": Appearance.ONLY, **values})


@pytest.mark.parametrize("address", ["javascript:alert(1)", "//evil.example.org", "data:text/html,x", "/\\evil"])
def test_the_database_keeps_no_link_that_runs_or_misleads(address):
    with pytest.raises(IntegrityError), transaction.atomic():
        FooterLink.objects.create(appearance=own(), position=1, title="x", address=address)


def test_mails_and_the_api_are_called_by_the_shop(client, settings):
    own(name="Maison")
    settings.DEFAULT_FROM_EMAIL = "Shop <shop@example.org>"
    assert sender() == "Maison <shop@example.org>"
    assert client.get("/api/v1/schema/").json()["info"]["title"] == "Maison: visual search"
