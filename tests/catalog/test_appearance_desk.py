"""The page by which staff make the shop theirs."""

import io
import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from catalog.models import Appearance, FooterLink
from tests.pictures import as_file

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/catalog/appearance/1/change/"
PARTS = ("wander", "favourites", "for_you", "seen", "marks", "photo_addresses")


def said(**values: object) -> dict:
    """What the page sends; "" for all that is not told."""
    texts = dict.fromkeys(("headline", "tagline", "accent", "accent_in_dark", "language"), "")
    links = {"links-TOTAL_FORMS": 0, "links-INITIAL_FORMS": 0}
    return {
        "name": "Maison",
        **texts,
        **links,
        "is_indexed": "on",
        **{f"shows_{part}": "on" for part in PARTS},
        **values,
    }


def links(*rows: tuple[object, str, str]) -> dict:
    fields = {
        f"links-{number}-{name}": value
        for number, row in enumerate(rows)
        for name, value in zip(("position", "title", "address"), row, strict=True)
    }
    return {"links-TOTAL_FORMS": len(rows), **fields}


def picture(content: bytes, name: str = "logo.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.fixture
def desk(admin_client) -> Client:
    assert admin_client.get("/admin/catalog/appearance/").url == ADDRESS
    return admin_client


def problems(answer) -> str:
    """The page's errors."""
    assert answer.status_code == 200
    return " ".join(re.findall(r'<ul class="errorlist.*?</ul>', answer.content.decode(), re.DOTALL))


def test_what_is_saved_is_the_shops_and_in_the_log(desk):
    answer = desk.post(
        ADDRESS, said(name=" Maison\r\n", accent="#5B21B6", **links((1, "Imprint", "https://example.org/imprint")))
    )
    assert answer.status_code == 302, problems(answer)
    shop = Appearance.objects.get()
    assert (shop.name, shop.accent, shop.accent_in_dark) == ("Maison", "#5b21b6", "")
    assert [link.title for link in shop.links.all()] == ["Imprint"]
    assert "Name" in LogEntry.objects.get().get_change_message()
    assert "Maison" in desk.get("/").content.decode()


def test_links_change_places(desk):
    shop = Appearance.objects.get()
    ids = [
        FooterLink.objects.create(appearance=shop, position=number, title=title, address="/").pk
        for number, title in enumerate("ab", 1)
    ]
    told = links((2, "a", "/"), (1, "b", "/")) | {f"links-{number}-id": pk for number, pk in enumerate(ids)}
    answer = desk.post(ADDRESS, said(**told, **{"links-INITIAL_FORMS": 2}))
    assert answer.status_code == 302, problems(answer)
    assert [link.title for link in shop.links.all()] == ["b", "a"]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "//evil.example.org",
        "/\\evil",
        "data:text/html,x",
        "imprint",
        "ftp://x/",
    ],
)
def test_links_lead_to_pages_alone(desk, address):
    assert "Write https://…" in problems(desk.post(ADDRESS, said(**links((1, "Imprint", address)))))


@pytest.mark.parametrize(
    "address", ["https://example.org/?a=b#c", "mailto:a@example.org", "tel:+49-30-12", "/", "/a/b/"]
)
def test_links_to_pages_mails_and_telephones_are_taken(desk, address):
    assert desk.post(ADDRESS, said(**links((1, "Imprint", address)))).status_code == 302


def test_there_are_twelve_links_at_most(desk):
    rows = [(number, f"Page {number}", "/") for number in range(1, 14)]
    assert problems(desk.post(ADDRESS, said(**links(*rows))))
    assert desk.post(ADDRESS, said(**links(*rows[:12]))).status_code == 302


@pytest.mark.parametrize(
    ("field", "colour", "pages"), [("accent", "#ffe066", "light"), ("accent_in_dark", "#2e1065", "dark")]
)
def test_an_accent_that_is_hardly_seen_is_named_and_its_nearest_shade_offered(desk, field, colour, pages):
    told = said(**{"accent": "#5b21b6", field: colour})
    answer = desk.post(ADDRESS, told)
    assert re.search(rf"On {pages} pages {colour} has a contrast of 1\.\d:1, and .* need 3:1", problems(answer))
    offer = re.search(rf'value="({field}:#[0-9a-f]{{6}})"', answer.content.decode())[1]
    assert f'fill="{offer.partition(":")[2]}"' in answer.content.decode()
    taken = desk.post(ADDRESS, told | {"_take": offer})
    assert not problems(taken)
    assert f'value="{offer.partition(":")[2]}"' in taken.content.decode()
    assert "Nothing is saved yet." in taken.content.decode()
    assert Appearance.objects.get().accent == ""
    assert desk.post(ADDRESS, told | {field: offer.partition(":")[2]}).status_code == 302


@pytest.mark.parametrize("colour", ["red", "#12345", "#12345g", "#1234567", "</style>"])
def test_what_is_no_colour_is_refused(desk, colour):
    assert "Write it like" in problems(desk.post(ADDRESS, said(accent=colour)))


def test_a_preview_saves_nothing(desk):
    logo = as_file(Image.new("RGB", (300, 100), "teal"), "PNG")
    page = desk.post(ADDRESS, said(headline="Coats", accent="#5b21b6", picture=picture(logo), _preview="1"))
    text = page.content.decode()
    assert "Nothing is saved yet." in text
    assert 'fill="#5b21b6"' in text
    assert ">Coats</text>" in text
    assert 'href="data:image/jpeg;base64,' in text
    assert Appearance.objects.get().name == "Atelier"
    assert not LogEntry.objects.exists()


def test_a_logo_is_written_anew_and_shown(desk):
    upload = as_file(Image.new("RGB", (1200, 300), "teal"), "JPEG", comment=b"secret place")
    assert desk.post(ADDRESS, said(picture=picture(upload, "logo.jpg"))).status_code == 302
    home = desk.get("/").content.decode()
    address = re.search(r'<img src="(/logo-[0-9a-f]{64}\.png)"\s+width="(\d+)"\s+height="(\d+)"\s+alt="Maison"', home)
    answer = desk.get(address[1])
    assert answer["Content-Type"] == "image/png"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "immutable" in answer["Cache-Control"]
    with Image.open(io.BytesIO(answer.content)) as shown:
        assert (shown.format, shown.size) == ("PNG", (640, 160))
    assert (address[2], address[3]) == ("640", "160")
    assert b"secret place" not in answer.content
    assert desk.post(ADDRESS, said(removes_logo="on")).status_code == 302
    assert "/logo-" not in desk.get("/").content.decode()
    assert desk.get(address[1]).status_code == 404


def test_a_square_logo_is_the_icon_of_the_tab(desk):
    upload = as_file(Image.new("RGB", (400, 400), "teal"), "PNG")
    assert desk.post(ADDRESS, said(picture=picture(upload))).status_code == 302
    assert re.search(r'rel="icon"\s+href="/logo-[0-9a-f]{64}\.png"', desk.get("/").content.decode())
    assert desk.get("/manifest.webmanifest").json()["icons"][0]["sizes"] == "160x160"


SVG = b'<?xml version="1.0"?><!-- --><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HOSTILE = {
    "svg": (SVG, "logo.svg", "An SVG can run scripts"),
    "svg called png": (SVG, "logo.png", "An SVG can run scripts"),
    "page": (b"<script>alert(1)</script>", "logo.png", "This file is not a"),
    "damaged": (as_file(Image.effect_noise((90, 90), 90), "PNG")[:400], "logo.png", "This picture is damaged"),
    "bomb": (as_file(Image.new("1", (30_000, 30_000)), "PNG"), "logo.png", "This picture is too large"),
    "hair": (as_file(Image.new("RGB", (4000, 2)), "PNG"), "logo.png", "too small or too narrow"),
    "white": (
        as_file(Image.new("LA", (300, 100), (255, 128)), "PNG"),
        "logo.png",
        "On white nothing of this logo is seen",
    ),
    "long": (b"\x89PNG\r\n\x1a\n" + bytes(900_001), "logo.png", "up to 900 kB"),
    "empty": (b"", "logo.png", "The submitted file is empty"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_logo_is_refused_in_a_sentence(desk, kind):
    content, name, sentence = HOSTILE[kind]
    assert sentence in problems(desk.post(ADDRESS, said(picture=picture(content, name))))
    assert Appearance.objects.get().logo is None


def test_staff_need_the_permission(client):
    staff = User.objects.create_user("berta", password="right", is_staff=True)
    client.force_login(staff)
    Appearance.objects.create(pk=Appearance.ONLY)
    assert client.get("/admin/catalog/appearance/").status_code == 403
    assert client.post(ADDRESS, said()).status_code == 403
    staff.user_permissions.add(Permission.objects.get(codename="view_appearance"))
    assert client.get(ADDRESS).status_code == 200
    assert client.post(ADDRESS, said()).status_code == 403
    staff.user_permissions.add(Permission.objects.get(codename="change_appearance"))
    assert client.get(ADDRESS).status_code == 200


def test_each_field_of_a_link_says_of_which_one_it_is(desk):
    page = desk.get(ADDRESS).content.decode()
    assert [label in page for label in ('aria-label="Link 1: Title"', 'aria-label="Link 2: Title"')] == [True, True]
