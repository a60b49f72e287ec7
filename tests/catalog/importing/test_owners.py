"""Whose pictures files are, by the names that people give them."""

import os
import unicodedata
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from catalog.importing.advancing import import_catalog
from catalog.importing.formats import read_table
from catalog.importing.models import ImportJob
from catalog.importing.owners import Owned, close_pictures, open_pictures
from catalog.importing.pictures import PictureFile
from catalog.importing.tables import Table, copy_records
from catalog.models import FurtherPicture, Product
from catalog.terms import MOST_FURTHER_PICTURES
from tests.catalog.importing.life import finished, previewed, shop
from tests.factories import ProductFactory
from tests.pictures import as_file, drawing, style, write_styles


def owned(names: list[str], skus: list[str], refused: tuple[str, ...] = (), others: tuple[str, ...] = ()) -> Owned:
    return Owned([PictureFile(Path(name), (name,)) for name in names], skus, refused, others)


def names_of(found: Owned, sku: str) -> list[str]:
    return [file.name for file in found.of(sku)]


@pytest.mark.parametrize(
    "name",
    [
        "79201_1.jpg",
        "79201_01.jpg",
        "79201-2.jpg",
        "79201 (2).jpg",
        "79201(3).JPG",
        "79201[4].jpg",
        "79201.2.jpg",
        "79201 3.jpg",
        "79201_front.jpg",
        "79201-Back.jpeg",
        "79201_side_2.jpg",
        "79201_model_1_2.jpg",
        "79201_a.jpg",
        "79201 - copy.jpg",
        "79201/front.jpg",
        "79201/IMG_2041.JPG",
        "pictures/79201/large/1.jpg",
        "79201/1",
    ],
)
def test_a_view_of_a_product_is_its_further_picture(name):
    found = owned(["79201.jpg", name], ["79200", "79201", "1", "2"])
    assert names_of(found, "79201") == ["79201.jpg", name]
    assert not found.without_row
    assert not found.left_out


@pytest.mark.parametrize("other", ["79201_1", "79201-2", "79201_front"])
def test_a_product_that_is_really_called_so_has_its_own_picture(other):
    found = owned(["79201.jpg", f"{other}.jpg"], ["79201", other])
    assert names_of(found, "79201") == ["79201.jpg"]
    assert names_of(found, other) == [f"{other}.jpg"]
    elsewhere = owned(["79201.jpg", f"{other}.jpg"], ["79201"], others=(other,))
    assert names_of(elsewhere, "79201") == ["79201.jpg"]
    assert [file.name for file in elsewhere.without_row] == [f"{other}.jpg"]


@pytest.mark.parametrize("name", ["79201x.jpg", "79201_1163.jpg", "7920.jpg", "79201_dress.jpg", "179201.jpg"])
def test_what_only_looks_alike_is_nobodys(name):
    assert [file.name for file in owned([name], ["79201"]).without_row] == [name]


def test_rows_without_an_id_do_not_hide_whose_pictures_are_nobodys():
    found = owned(["1.jpg", "8.jpg", "9.jpg"], ["1"], refused=("", "8"))
    assert [file.name for file in found.without_row] == ["9.jpg"]


def test_views_stand_in_the_order_of_their_numbers_and_the_front_first():
    names = ["7/10.jpg", "7/2.jpg", "7/back.jpg", "7/front.jpg", "7/1.jpg"]
    assert names_of(owned(names, ["7"]), "7") == ["7/front.jpg", "7/1.jpg", "7/2.jpg", "7/10.jpg", "7/back.jpg"]


def test_another_picture_of_the_same_name_and_too_many_views_are_left_out_and_named():
    views = [f"7_{number}.jpg" for number in range(1, MOST_FURTHER_PICTURES + 3)]
    found = owned(["7.dat", "7.jpg", "b/7.jpg", *views], ["7"])
    assert names_of(found, "7") == ["7.jpg", *views[:MOST_FURTHER_PICTURES]]
    assert [(file.name, file.reason) for file in found.left_out] == [
        ("b/7.jpg", "is another picture of 7; the first one of that name counts"),
        ("7.dat", "is another picture of 7; the first one of that name counts"),
        *(
            (view, f"is more than {MOST_FURTHER_PICTURES} further pictures of 7")
            for view in views[MOST_FURTHER_PICTURES:]
        ),
    ]


@pytest.mark.parametrize(
    ("sku", "name"),
    [
        ("AB/1234", "AB_1234.jpg"),
        ("AB/1234", "AB-1234.jpg"),
        ("AB/1234", "x/AB/1234.jpg"),
        ("AB/1234", "ab1234.jpg"),
        ("AB 1234", "ab  1234 .JPG"),
        ("KLEID-GRÜN-38", unicodedata.normalize("NFD", "kleid-grün-38.jpg")),
        (unicodedata.normalize("NFD", "KLEID-GRÜN-38"), "KLEID-GRÜN-38.jpg"),
        ("STRASSE", "straße.jpg"),
        ("97000003\u200b", "97000003.jpg"),
        ("97000003", "97000003\u200b.jpg"),
        ("#1234", "#1234.jpg"),
        ("12.50", "12.50.jpg"),
        ("12.50", "12.50"),
        ("A.jpg", "A.jpg"),
    ],
)
def test_a_sku_finds_its_picture_however_file_names_write_it(sku, name):
    assert names_of(owned([name], ["other", sku]), sku) == [name]


def test_skus_that_differ_only_in_case_have_their_own_pictures():
    names = ["abc-1.jpg", "ABC-1.jpg"]
    found = owned(names, ["ABC-1", "abc-1"])
    assert names_of(found, "ABC-1") == ["ABC-1.jpg"]
    assert names_of(found, "abc-1") == ["abc-1.jpg"]


def test_the_picture_of_a_row_that_is_refused_is_not_said_to_have_none():
    found = owned(["8.jpg", "9.jpg"], ["7"], refused=("8",))
    assert [file.name for file in found.without_row] == ["9.jpg"]


@given(st.lists(st.text(max_size=30), max_size=8), st.lists(st.text(min_size=1, max_size=8), max_size=8))
def test_every_file_is_one_products_or_is_named(names, skus):
    found = owned([f"{name}.jpg" for name in names], skus)
    counted = sum(len(found.of(sku)) for sku in set(skus)) + len(found.without_row) + len(found.left_out)
    assert counted == len(names)


def test_a_long_name_takes_no_time():
    assert len(owned(["_" * 60_000 + "1.jpg", "_ " * 90 + "1.jpg"], ["7"]).without_row) == 2


def zipped(path: Path, pictures: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in pictures.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def with_views(tmp_path) -> tuple[Path, Path]:
    """Two products, the first one with three views, of which one is broken and one is its picture again."""
    pictures = {
        "1.jpg": as_file(drawing(1)),
        "1_2.png": as_file(drawing(12), "PNG"),
        "1_1.jpg": as_file(drawing(11)),
        "1_3.jpg": b"broken",
        "1 copy.jpg": as_file(drawing(1)),
        "2\\back.jpg": as_file(drawing(22)),
        "9.jpg": as_file(drawing(9)),
        "__MACOSX/._1.jpg": b"",
    }
    return write_styles(tmp_path / "styles.csv", [style("1"), style("2")]), zipped(tmp_path / "a.zip", pictures)


def further_of(sku: str) -> list[bytes]:
    return [one.image.read() for one in FurtherPicture.objects.filter(product__sku=sku)]


@pytest.mark.django_db
def test_a_picture_without_a_row_is_named_though_a_row_has_no_id(tmp_path, with_views):
    _, pictures = with_views
    styles = write_styles(tmp_path / "styles.csv", [style("1"), style("2"), style("")])
    assert previewed(styles, pictures).preview.outcome.pictures_without_row == ["9.jpg"]
    assert import_catalog(styles, pictures).issues.get(kind="no row").sku == "9"


@pytest.mark.django_db
def test_further_pictures_come_in_once_and_in_order_and_what_is_left_out_is_named(with_views):
    job = previewed(*with_views)
    outcome = job.preview.outcome
    assert (outcome.further, outcome.pictures_without_row) == (2, ["9.jpg"])
    job = import_catalog(*with_views)
    assert Product.objects.get(sku="1").image.read() == as_file(drawing(1))
    assert further_of("1") == [as_file(drawing(11)), as_file(drawing(12), "PNG")]
    assert Product.objects.get(sku="2").image.read() == as_file(drawing(22))
    first = FurtherPicture.objects.first()
    assert (first.position, first.image_width, first.image_height) == (1, 90, 120)
    assert set(job.issues.values_list("kind", "reason")) == {
        ("unreadable picture", "1_3.jpg: This file is not a JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP or TIFF picture."),
        ("no row", "9.jpg: a picture came for this id, but no row"),
        ("refused file", "1 files are an operating system's own, like __MACOSX, and no pictures"),
    }
    assert import_catalog(*with_views).unchanged == 2


@pytest.mark.django_db
def test_an_import_without_further_pictures_leaves_them_and_undo_gives_them_back(with_views, tmp_path):
    styles, _ = with_views
    import_catalog(*with_views)
    job = import_catalog(styles, zipped(tmp_path / "b.zip", {"1.jpg": as_file(drawing(111))}))
    assert (job.updated, len(further_of("1"))) == (1, 2)
    job = import_catalog(styles, zipped(tmp_path / "c.zip", {"1.jpg": b"", "1_1.jpg": as_file(drawing(1111))}))
    assert further_of("1") == [as_file(drawing(11)), as_file(drawing(12), "PNG")]
    before = shop()
    pictures = {"1.jpg": as_file(drawing(1)), "1-1.jpg": as_file(drawing(5)), "2.jpg": as_file(drawing(2))}
    job = import_catalog(styles, zipped(tmp_path / "d.zip", {**pictures, "2-1.jpg": as_file(drawing(6))}))
    assert further_of("1") == [as_file(drawing(5))]
    assert further_of("2") == [as_file(drawing(6))]
    ImportJob.objects.filter(pk=job.pk).update(state=ImportJob.State.UNDOING)
    finished(job)
    assert shop() == before
    assert further_of("1") == [as_file(drawing(11)), as_file(drawing(12), "PNG")]
    assert further_of("2") == []


@pytest.mark.django_db
def test_a_row_may_name_its_files_whatever_they_are_called(tmp_path):
    files = {f"Shoot/{name}": as_file(drawing(n)) for n, name in enumerate(("Front.jpg", "worn.jpg", "7.jpg", "x.jpg"))}
    pictures = zipped(tmp_path / "a.zip", files)
    styles = tmp_path / "styles.csv"
    styles.write_text('id,name,images,image_2\n7,Shirt,"front.jpg, side.jpg",worn.jpg\n8,Hat,images/front.jpg,7.jpg\n')
    assert previewed(styles, pictures).preview.outcome.pictures_without_row == ["Shoot/x.jpg"]
    job = import_catalog(styles, pictures)
    assert Product.objects.get(sku="7").image.read() == Product.objects.get(sku="8").image.read() == as_file(drawing(0))
    assert (further_of("7"), further_of("8")) == ([as_file(drawing(1))], [as_file(drawing(2))])
    (issue,) = job.issues.exclude(kind="no row")
    assert (issue.line, issue.sku, issue.reason) == (2, "7", "side.jpg: No file of this name came with the table.")
    styles.write_text("id,name,images\n7,Shirt,front.jpg\n8,Hat,front.jpg\n")
    job = import_catalog(styles, pictures)
    assert (further_of("7"), further_of("8")) == ([], [])
    ImportJob.objects.filter(pk=job.pk).update(state=ImportJob.State.UNDOING)
    finished(job)
    assert (further_of("7"), further_of("8")) == ([as_file(drawing(1))], [as_file(drawing(2))])


@pytest.mark.django_db
def test_further_pictures_go_with_their_product(with_views):
    import_catalog(*with_views)
    Product.objects.get(sku="1").delete()
    assert not FurtherPicture.objects.exists()


@pytest.mark.django_db
def test_staff_see_them_add_some_order_them_and_take_them_away(with_views, admin_client):
    import_catalog(*with_views)
    product = Product.objects.get(sku="1")
    address = f"/admin/catalog/product/{product.pk}/change/"
    page = admin_client.get(address).content.decode()
    one, other = product.further_pictures.all()
    assert one.image.url in page
    form = {
        "sku": "1",
        "name": product.name,
        "sizes-TOTAL_FORMS": 0,
        "sizes-INITIAL_FORMS": 0,
        "further_pictures-TOTAL_FORMS": 2,
        "further_pictures-INITIAL_FORMS": 2,
        "further_pictures-0-id": one.pk,
        "further_pictures-0-product": product.pk,
        "further_pictures-0-DELETE": "on",
        "further_pictures-1-id": other.pk,
        "further_pictures-1-product": product.pk,
        "further_pictures-1-place": 2,
    }
    assert admin_client.post(address, form).status_code == 302
    (kept,) = product.further_pictures.all()
    assert (kept.position, kept.image_digest) == (1, other.image_digest)
    new = SimpleUploadedFile("new.jpg", as_file(drawing(50)))
    last = SimpleUploadedFile("last.jpg", as_file(drawing(51)))
    again = SimpleUploadedFile("own.jpg", product.image.read())
    form |= {"further_pictures-TOTAL_FORMS": 4, "further_pictures-INITIAL_FORMS": 1}
    form |= {"further_pictures-0-id": kept.pk, "further_pictures-0-place": 1, "further_pictures-0-DELETE": ""}
    form |= {"further_pictures-1-id": "", "further_pictures-1-image": last, "further_pictures-1-place": ""}
    form |= {"further_pictures-2-image": new, "further_pictures-2-place": 1, "further_pictures-3-image": again}
    assert admin_client.post(address, form).status_code == 302
    assert further_of("1") == [kept.image.read(), as_file(drawing(50)), as_file(drawing(51))]
    one, two, three = product.further_pictures.all()
    form |= {"further_pictures-TOTAL_FORMS": 3, "further_pictures-INITIAL_FORMS": 3}
    for number, (picture, place) in enumerate([(one, 3), (two, 1), (three, 2)]):
        form |= {f"further_pictures-{number}-id": picture.pk, f"further_pictures-{number}-place": place}
        form[f"further_pictures-{number}-product"] = product.pk
        form.pop(f"further_pictures-{number}-image", None)
    form.pop("further_pictures-3-image")
    assert admin_client.post(address, form).status_code == 302
    assert further_of("1") == [as_file(drawing(50)), as_file(drawing(51)), as_file(drawing(12), "PNG")]
    torn = SimpleUploadedFile("torn.jpg", b"torn")
    form |= {"further_pictures-TOTAL_FORMS": 4, "further_pictures-3-image": torn}
    assert "not a JPEG" in admin_client.post(address, form).content.decode()
    assert len(further_of("1")) == 3


@pytest.mark.django_db
def test_a_product_of_the_shop_that_the_table_does_not_name_keeps_its_picture_to_itself(with_views):
    ProductFactory(sku="1_1")
    import_catalog(*with_views)
    assert further_of("1") == [as_file(drawing(12), "PNG")]


@pytest.mark.django_db
def test_files_that_are_left_out_are_named_up_to_a_limit(tmp_path, monkeypatch):
    monkeypatch.setattr("catalog.importing.running.FILES_NAMED", 2)
    styles = write_styles(tmp_path / "styles.csv", [style("1")])
    job = import_catalog(styles, zipped(tmp_path / "a.zip", {f"{number}.jpg": b"" for number in range(2, 7)}))
    assert list(job.issues.filter(kind="no row").values_list("reason", flat=True)) == [
        "2.jpg: a picture came for this id, but no row",
        "3.jpg: a picture came for this id, but no row",
        "and 3 more files",
    ]


@pytest.mark.django_db
def test_pictures_stay_open_until_a_file_is_another_one(tmp_path):
    path, styles = tmp_path / "images.zip", tmp_path / "styles.csv"
    for sku in ("1", "2"):
        zipped(path, {f"{sku}.jpg": sku.encode()})
        # The clock of a file system is slower than a test.
        os.utime(path, (int(sku), int(sku)))
        write_styles(styles, [style(sku)])
        source = read_table(styles)
        table = Table(tmp_path / "rows.jsonl", source.header)
        copy_records(source, table.path)
        asked = [str(path)], table, {"sku": 0}, ()
        pictures, found = open_pictures(*asked)
        assert open_pictures(*asked)[0] is pictures
        assert found.of(sku)[0].read() == sku.encode()
    close_pictures()
    assert open_pictures(*asked)[0] is not pictures


@pytest.mark.django_db
def test_a_file_is_its_products_where_an_address_of_the_row_ends_with_its_name(tmp_path):
    names = ("Oxford Blue.jpg", "side.jpg", "1.jpg", "one/twice.jpg", "other/twice.jpg", "B.jpg")
    pictures = zipped(tmp_path / "a.zip", {name: as_file(drawing(number)) for number, name in enumerate(names)})
    styles = tmp_path / "styles.csv"
    place = "https://shop.example.com"
    styles.write_text(
        "id,name,images\n"
        f'A,Shirt,"{place}/oxford%20blue.JPG?v=1, {place}/side.jpg"\n'
        f"B,Hat,{place}/side.jpg\nC,Bag,{place}/x/1.jpg\nD,Belt,{place}/y/1.jpg\nE,Cap,{place}/twice.jpg\n"
    )
    outcome = previewed(styles, pictures).preview.outcome
    assert sorted(outcome.pictures_without_row) == ["1.jpg", "one/twice.jpg", "other/twice.jpg"]
    import_catalog(styles, pictures)
    found = {product.sku: product.image and product.image.read() for product in Product.objects.all()}
    assert found == {"A": as_file(drawing(0)), "B": as_file(drawing(5)), "C": "", "D": "", "E": ""}
    assert further_of("A") == [as_file(drawing(1))]
