"""Brands by the beginnings of names: proposed, corrected, imported and taken back."""

import csv
import io

import pytest
from django.core.management import call_command

from catalog.importing import jobs
from catalog.importing.advancing import advance
from catalog.importing.branding import proposals
from catalog.importing.models import ImportJob
from catalog.models import Product
from tests.factories import ProductFactory

pytestmark = pytest.mark.django_db
BRANDS = "/admin/importing/importjob/brands/"


@pytest.fixture
def shop(monkeypatch):
    monkeypatch.setattr("catalog.importing.admin.wake_importer", lambda: None)
    for name in ("United Colors of Benetton", "U.C. Benetton", "Sorrel"):
        for kind in ("Shirt", "Jeans", "Belt", "Cap", "Tie", "Skirt"):
            ProductFactory(name=f"{name} {kind}", image="", image_digest="")
    ProductFactory(name="Sorrel Scarf", brand="Sorrel Home", image="", image_digest="")
    ProductFactory(name="Lonely Scarf", image="", image_digest="")


def brands() -> dict[str, int]:
    found: dict[str, int] = {}
    for brand in Product.objects.values_list("brand", flat=True):
        found[brand] = found.get(brand, 0) + 1
    return found


def test_staff_take_correct_and_merge_what_is_proposed(admin_client, shop):
    page = admin_client.get(BRANDS).content.decode()
    for brand in ("United Colors of Benetton", "U.C. Benetton", "Sorrel"):
        assert f'name="brand:{brand}"' in page
    assert "Lonely" not in page
    assert brands() == {"": 19, "Sorrel Home": 1}
    form = {"take": ["United Colors of Benetton", "U.C. Benetton"]}
    form |= {f"brand:{brand}": "Benetton" for brand in form["take"]} | {"brand:Sorrel": "Sorrel"}
    address = admin_client.post(BRANDS, form).url
    advance()
    shown = " ".join(admin_client.get(address).content.decode().split())
    assert "Import these 12 rows" in shown
    assert brands() == {"": 19, "Sorrel Home": 1}
    job = ImportJob.objects.get()
    jobs.confirm(job, repair=True, archive_missing=False)
    advance()
    assert brands() == {"Benetton": 12, "": 7, "Sorrel Home": 1}
    assert "Benetton" not in admin_client.get(BRANDS).content.decode()
    jobs.undo(job)
    advance()
    assert brands() == {"": 19, "Sorrel Home": 1}


def test_of_a_brand_and_its_lines_it_is_the_brand_and_of_a_longer_name_the_name():
    names = [f"Lakme {chr(97 + n) * 3} lipstick" for n in range(20)] + [f"Lakme True Wear {n}" for n in range(6)]
    names += [f"Gini and Jony {n}" for n in range(20)] + [f"Gini {n}" for n in range(6)]
    for name in names:
        ProductFactory(name=name, image="", image_digest="")
    assert {proposal.brand: proposal.count for proposal in proposals()} == {"Lakme": 26, "Gini and Jony": 20, "Gini": 6}


def test_nothing_taken_is_nothing_done(admin_client, shop):
    assert "Take at least one brand." in admin_client.post(BRANDS, {"brand:Sorrel": "Sorrel"}).content.decode()
    assert not ImportJob.objects.exists()


def test_only_who_may_import_sees_them(client, django_user_model, shop):
    client.force_login(django_user_model.objects.create_user("staff", is_staff=True))
    assert client.get(BRANDS).status_code == 403


def test_the_command_tells_them_and_changes_nothing(shop):
    stream = io.StringIO()
    call_command("propose_brands", stdout=stream)
    _, *rows = csv.reader(io.StringIO(stream.getvalue()))
    assert {row[0]: row[1] for row in rows} == {"United Colors of Benetton": "6", "U.C. Benetton": "6", "Sorrel": "6"}
    assert brands() == {"": 19, "Sorrel Home": 1}
