"""Photo search through its public door: parts of photos, filters over what looks similar, shared addresses, limits."""

import http.server
import io
import re
import threading
from html import unescape
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pillow_heif import from_pillow

from recommender.diversity import unit
from recommender.models import Calibration
from recommender.photo import fetching, store
from recommender.photo.query import ExpiredSeal, PhotoQuery, seal, unseal
from recommender.photo.regions import WHOLE, Box
from recommender.photo.results import Results
from recommender.registry import active_encoder
from tests.factories import CategoryFactory, searchable_products
from tests.pictures import as_file, drawing

pytestmark = pytest.mark.django_db
ADDRESS = "/search/photo/"


@pytest.fixture
def products():
    """36 products of three categories, two genders and four colours."""
    categories = [CategoryFactory(name=name) for name in ("Shirts", "Shoes", "Bags")]
    products = searchable_products(36)
    for number, product in enumerate(products):
        product.category, product.gender = categories[number % 3], ("Men", "Women")[number % 2]
        product.base_colour, product.year = ("Red", "Blue", "Green", "Black")[number % 4], 2010 + number % 5
        product.save()
    return products


def upload(client, *pictures: Image.Image, **options):
    files = [SimpleUploadedFile(f"{number}.jpg", as_file(picture)) for number, picture in enumerate(pictures)]
    return client.post(ADDRESS, {"photo": files, **options})


def look_of(product) -> Image.Image:
    return Image.open(product.image).convert("RGB")


def scene(product, ground: str = "olive") -> Image.Image:
    """The product small in the corner of a large photo."""
    photo = Image.new("RGB", (600, 500), ground)
    photo.paste(look_of(product).resize((150, 200)), (400, 270))
    return photo


def skus(response) -> list[str]:
    return re.findall(r'data-sku="([^"]*)"', response.content.decode())


def reloaded(client, response):
    """The page at the address that the upload's page gives itself."""
    address = unescape(re.search(r'data-photo-results="([^"]*)"', response.content.decode()).group(1))
    return client.get(address)


def shared(response) -> str:
    return unescape(re.search(r'href="([^"]*)" data-share', re.sub(r"\s+", " ", response.content.decode())).group(1))


def results_of(products, query: str = "", **changes) -> Results:
    query = PhotoQuery.parse(QueryDict(query))
    encoder = active_encoder()
    return Results(query, encoder, np.asarray(encoder.embeddings.get(product=products[0]).vector))


def test_a_product_in_the_corner_of_a_photo_is_found(client, products):
    # Of drawings that the encoder was never trained on, one may look like another.
    found = [skus(upload(client, scene(product)))[0] == product.sku for product in products[:6]]
    assert sum(found) >= 4


def test_the_parts_are_offered_and_each_is_a_link(client, products):
    page = upload(client, scene(products[0])).content.decode()
    boxes = re.findall(r'data-box="([^"]*)"', page)
    assert 2 <= len(boxes) <= 6
    assert boxes[-1] == str(WHOLE)
    corner = Box(400 / 600, 270 / 500, 150 / 600, 200 / 500)
    assert max(Box.parse(box).overlap(corner) for box in boxes[:-1]) > 0.4
    links = re.findall(r'class="(?:box|whole)"\s+href="([^"]*)"', page)
    assert len(links) == len(boxes)
    assert all(skus(client.get(unescape(link))) for link in links)


def test_a_changed_crop_needs_no_new_upload(client, products):
    one, two = products[4], products[9]
    photo = Image.new("RGB", (600, 400), "white")
    photo.paste(look_of(one).resize((240, 320)), (20, 40))
    photo.paste(look_of(two).resize((240, 320)), (340, 40))
    page = upload(client, photo).content.decode()
    name = re.search(r"/search/photo/([\w-]+)\.jpg", page).group(1)
    for product, box in ((one, "2,8,44,84"), (two, "55,8,44,84")):
        assert skus(client.get(ADDRESS, {"photo": name, "box": box}))[0] == product.sku


def test_reload_and_share_lead_to_the_same_results_and_the_share_has_no_photo(client, products):
    response = upload(client, look_of(products[5]))
    assert skus(reloaded(client, response)) == skus(response)
    address = shared(response)
    name = re.search(r"/search/photo/([\w-]+)\.jpg", response.content.decode()).group(1)
    assert name not in address
    other = client.get(address)
    assert skus(other) == skus(response)
    assert ".jpg" not in re.sub(r"media/[^\"]*", "", other.content.decode())


def test_the_photo_is_forgotten_after_its_time(client, products, monkeypatch):
    monkeypatch.setattr(store, "SECONDS_KEPT", 0)
    page = upload(client, look_of(products[0])).content.decode()
    name = re.search(r"/search/photo/([\w-]+)\.jpg|photo=([\w-]+)", page)
    name = name.group(1) or name.group(2)
    assert client.get(f"/search/photo/{name}.jpg").status_code == 404
    gone = client.get(ADDRESS, {"photo": name, "box": "0,0,50,50"})
    assert gone.status_code == 410
    assert "forgotten" in gone.content.decode()


def test_a_look_survives_its_seal_and_no_forgery(products):
    encoder = active_encoder()
    vector = np.asarray(encoder.embeddings.first().vector, np.float32)
    text = seal(vector, encoder)
    assert unseal(text, encoder) @ unit(vector) > 0.999
    for forged in (text[:-1] + ("A" if text[-1] != "A" else "B"), "x", "", "a:b", text.split(":")[0]):
        with pytest.raises(ExpiredSeal):
            unseal(forged, encoder)
    encoder.digest = "0" * 64
    with pytest.raises(ExpiredSeal):
        unseal(text, encoder)


def test_a_search_that_cannot_be_repeated_says_so(client, products):
    assert client.get(ADDRESS, {"look": "forged"}).status_code == 410
    assert client.get(ADDRESS, {"like": "unknown"}).status_code == 404
    assert client.get(ADDRESS, {"photo": "unknown"}).status_code == 410


@pytest.mark.parametrize(
    "query",
    [
        "photo=%00&look=%00",
        "like=%00",
        "page=x&emphasis=99&box=nan,1,2,3",
        "page=-5&box=1,2,3",
        "box=inf,1,1,1&colour=%00",
        "category=%00&year=x",
        "emphasis=1e9",
    ],
)
def test_a_strange_address_is_no_error(client, products, query):
    assert client.get(f"{ADDRESS}?like={products[0].sku}&{query}").status_code in (200, 404, 410)


def test_several_photos_of_one_thing_count_together(client, products):
    picture = look_of(products[7])
    response = upload(client, picture, picture.crop((3, 3, 87, 117)), picture.rotate(4, fillcolor="white"))
    assert skus(response)[0] == products[7].sku
    assert len(set(re.findall(r"/search/photo/([\w-]+)\.jpg", response.content.decode()))) == 3


def test_any_picture_of_the_shop_can_be_searched_with_and_two_together(client, products):
    page = client.get(products[3].get_absolute_url()).content.decode()
    assert f"{ADDRESS}?like={products[3].sku}" in page
    found = skus(client.get(ADDRESS, {"like": products[3].sku}))
    assert found.count(products[3].sku) == 2
    both = skus(client.get(ADDRESS, {"like": [products[3].sku, products[8].sku]}))
    assert {products[3].sku, products[8].sku} <= set(both[2:6])


CHOICES = st.fixed_dictionaries(
    {},
    optional={
        "category": st.lists(st.sampled_from(["Shirts", "Shoes", "Bags"]), max_size=2),
        "gender": st.lists(st.sampled_from(["Men", "Women"]), max_size=2),
        "base_colour": st.lists(st.sampled_from(["Red", "Blue", "Green", "Black", "Pink"]), max_size=2),
        "year": st.lists(st.sampled_from(["2010", "2013", "1999"]), max_size=2),
    },
)


@given(choices=CHOICES)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_count_of_every_value_is_what_choosing_it_alone_would_leave(products, choices):
    query = QueryDict(mutable=True)
    for name, values in choices.items():
        query.setlist(name, values)
    results = results_of(products, query.urlencode())
    assert results.count == len(results.chosen)
    for facet in results.facets():
        for choice in facet.choices:
            alone = query.copy()
            alone.setlist(facet.name, [choice.label])
            assert results_of(products, alone.urlencode()).count == choice.count
            toggled = parse_qs(urlsplit(choice.address).query)
            assert (choice.label in toggled.get(facet.name, [])) != choice.is_chosen


def test_filters_leave_the_order(products):
    everything = [alike.pk for alike in results_of(products).alikes]
    men = [alike.pk for alike in results_of(products, "gender=Men").chosen]
    by_id = {product.pk: product for product in products}
    assert men == [pk for pk in everything if by_id[pk].gender == "Men"]


def test_what_we_see_is_what_the_neighbours_are(products):
    for product in products:
        product.gender = "Women"
        product.save()
    guesses = {guess.label: guess for guess in results_of(products).guesses()}
    assert guesses["Women"].confidence == 100
    assert "gender=Women" in guesses["Women"].address
    assert "Women" not in {guess.label for guess in results_of(products, "gender=Women").guesses()}


def test_groups_follow_the_calibration(client, products):
    encoder = active_encoder()
    for product in products[2:]:
        # What the neighbours of the first two are tells which category's limits count.
        product.category = products[0].category
        product.save()
    thresholds = {"": [-1.0, 2.0], str(products[0].category_id): [0.0, 0.99]}
    kept = Calibration.objects.create(encoder=encoder, thresholds=thresholds, colours={}, directions=[])
    groups = {group.name: group for group in results_of(products).groups()}
    assert [card.product for card in groups["close"].cards] == [products[0]]
    assert "Nothing here is close" not in client.get(ADDRESS, {"like": products[0].sku}).content.decode()
    kept.thresholds = {"": [-1.0, 2.0]}
    kept.save()
    page = client.get(ADDRESS, {"like": products[0].sku}).content.decode()
    assert "Nothing here is close" in page
    assert "No good match" not in page


def test_another_colour_turns_the_search_to_it_and_the_slider_from_it():
    """Vectors of two parts: shape in the first dimensions, colour in the last two."""
    encoder = active_encoder()
    directions = np.eye(encoder.dimensions)[-2:]
    red, green = directions
    Calibration.objects.create(
        encoder=encoder,
        thresholds={},
        colours={"Red": (red / 2).tolist(), "Green": (green / 2).tolist()},
        directions=directions.tolist(),
    )
    shape = np.eye(encoder.dimensions)[0]
    seals = (seal(unit(shape + red).astype(np.float32), encoder),)
    plain = PhotoQuery(seals=seals).vector(encoder)
    turned = PhotoQuery(seals=seals, colour="Green").vector(encoder)
    assert turned @ green > 0.6 > 0.1 > abs(turned @ red)
    assert turned @ shape > 0.4
    assert PhotoQuery(seals=seals, emphasis=-2).vector(encoder) @ red == pytest.approx(0, abs=0.02)
    assert PhotoQuery(seals=seals, emphasis=2).vector(encoder) @ red > plain @ red + 0.1


def test_a_chosen_colour_is_a_filter_too_and_both_go_together(products):
    (red,) = (colour for colour in results_of(products).colours() if colour.label == "Red")
    assert {"colour", "base_colour"} <= set(parse_qs(urlsplit(red.address).query))
    turned = results_of(products, "colour=Red&base_colour=Red&gender=Men")
    assert [chip.label for chip in turned.chips()] == ["Men", "in Red"]
    back = parse_qs(urlsplit(turned.chips()[1].address).query)
    assert back["gender"] == ["Men"]
    assert not {"colour", "base_colour"} & set(back)


def test_more_results_come_page_by_page(client, products):
    first = client.get(ADDRESS, {"like": products[0].sku})
    second = client.get(ADDRESS, {"like": products[0].sku, "page": 2})
    assert 'rel="next"' in first.content.decode()
    assert 'rel="next"' not in second.content.decode()
    assert set(skus(first)[1:] + skus(second)[1:]) == {product.sku for product in products}


def heic(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    from_pillow(picture).save(stream, quality=80)
    return stream.getvalue()


@pytest.mark.parametrize(
    "convert",
    [
        lambda picture: as_file(picture.convert("CMYK")),
        lambda picture: as_file(picture.quantize(64), "PNG", transparency=0),
        lambda picture: as_file(picture, "GIF", save_all=True, append_images=[picture.rotate(90)]),
        lambda picture: as_file(picture, "AVIF"),
        lambda picture: as_file(picture.resize((1800, 2400)), "PNG"),
        heic,
    ],
    ids=["CMYK", "palette", "animated", "AVIF", "large", "HEIC"],
)
def test_every_kind_of_picture_finds_its_product(client, products, convert):
    file = SimpleUploadedFile("picture", convert(look_of(products[2])))
    assert skus(client.post(ADDRESS, {"photo": file}))[0] == products[2].sku


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(client, products, form):
    side = {"PNG": 14_200, "JPEG": 14_200, "WEBP": 4_000}[form]
    file = SimpleUploadedFile("huge", as_file(Image.new("L" if form != "WEBP" else "RGB", (side, side)), form))
    response = client.post(ADDRESS, {"photo": file})
    assert response.status_code == 400
    assert "too large" in response.content.decode()


@pytest.mark.parametrize("content", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<!doctype html>", b"%PDF-1.7"])
def test_what_only_pretends_to_be_a_picture_is_refused(client, products, content):
    response = client.post(ADDRESS, {"photo": SimpleUploadedFile("photo.jpg", content, "image/jpeg")})
    assert response.status_code == 400
    assert 'role="alert"' in response.content.decode()


def test_too_many_photos_get_a_friendly_answer(client, products, settings):
    settings.PHOTO_RATE = "2/min"

    caches["photos"].clear()
    picture = look_of(products[0])
    assert [upload(client, picture).status_code for _ in range(3)] == [200, 200, 429]
    refused = upload(client, picture)
    assert re.search(r"try again in \d+ seconds", refused.content.decode())
    file = SimpleUploadedFile("a.jpg", as_file(picture))
    assert client.post("/api/search/photo/", {"photo": file}).status_code == 429
    forged = client.post(ADDRESS, {"photo": file}, headers={"X-Forwarded-For": "9.9.9.9"})
    assert forged.status_code == 429
    caches["photos"].clear()


@pytest.fixture
def server():
    """A web server on this machine: `/picture`, `/loop` to itself, `/away` to the picture, `/endless`."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path in ("/loop", "/away"):
                self.send_response(302)
                self.send_header("Location", "/loop" if self.path == "/loop" else "/picture")
                self.end_headers()
            elif self.path in ("/picture", "/endless"):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(as_file(drawing(3)) if self.path == "/picture" else bytes(300_000))
            else:
                self.send_error(404)

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_an_address_inside_networks_is_never_asked(server):
    for address in (
        f"{server}/picture",
        server.replace("127.0.0.1", "localhost") + "/picture",
        "http://10.0.0.1/a.jpg",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/a.jpg",
        "http://[::ffff:127.0.0.1]/a.jpg",
        "http://0.0.0.0/a.jpg",
        "http://2130706433/a.jpg",
    ):
        with pytest.raises(fetching.UnfetchableAddress, match=r"public internet|does not answer"):
            fetching.fetch(address, 1 << 20)


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "ftp://example.org/a", "//x", "", "http://", "http://u:p@h/"]
)
def test_only_web_addresses_are_asked(address):
    with pytest.raises(fetching.UnfetchableAddress):
        fetching.fetch(address, 1 << 20)


def test_a_public_address_is_fetched_within_limits(server, monkeypatch):
    """This machine stands in for the public internet."""
    monkeypatch.setattr(fetching, "_is_public", lambda ip: True)
    assert fetching.fetch(f"{server}/picture", 1 << 20) == as_file(drawing(3))
    assert fetching.fetch(f"{server}/away", 1 << 20) == as_file(drawing(3))
    for path, message in (("/loop", "too often"), ("/endless", "too large"), ("/none", "404")):
        with pytest.raises(fetching.UnfetchableAddress, match=message):
            fetching.fetch(server + path, 100_000)


def test_addresses_are_off_until_the_shop_turns_them_on(client, products, settings):
    assert 'name="address"' not in client.get(ADDRESS).content.decode()
    assert "Choose a picture" in client.post(ADDRESS, {"address": "http://10.0.0.1/"}).content.decode()
    settings.PHOTO_FROM_ADDRESS = True
    assert 'name="address"' in client.get(ADDRESS).content.decode()
    response = client.post(ADDRESS, {"address": "http://10.0.0.1/"})
    assert response.status_code == 400
    assert "not on the public internet" in response.content.decode()
