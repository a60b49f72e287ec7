"""Whole imports of tables that people reported: what comes in, what is counted, what the desk says."""

from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from catalog.importing import jobs, models
from catalog.importing.advancing import advance, import_catalog
from catalog.importing.models import ImportJob
from catalog.models import Product
from tests.catalog.importing.life import State, counts, finished, previewed, started
from tests.factories import ProductFactory, searchable_products

pytestmark = pytest.mark.django_db
SKUS = (
    *("AB 1234", "AB/1234", "KLEID-GRÜN-38", "#1234", "AB+1234", "0001234", "1E5", "50%", "%2F", "a?b=c&d", "~2F", "ß"),
    *("a\\b", "a//b", "/lead", "trail/", "a;b", "a:b@c", "😀", "x/favourite", "'", '"<b>"', "similar", "日本", "a~b"),
)


@pytest.fixture
def write(tmp_path):
    def write(text: str | bytes, name: str = "table.csv"):
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return tmp_path / name, tmp_path

    return write


@pytest.mark.parametrize("sku", SKUS)
def test_every_id_has_addresses_that_work(client, write, sku):
    quoted = sku.replace('"', '""')
    job = import_catalog(*write(f'id,name\n"{quoted}",Tee\n'))
    assert counts(job) == (1, 1, 0, 0, 0)
    product = Product.objects.get(sku=sku)
    address = product.get_absolute_url()
    assert client.get(address).context["product"] == product
    assert client.post(f"{address}favourite/").url == address
    assert client.get("/favourites/").context["products"] == [product]
    assert client.get(reverse("api:product", args=[sku])).json()["sku"] == sku
    listed = client.get("/api/v1/products/").json()["results"][0]
    assert client.get(listed["url"]).status_code == 200
    assert client.get(reverse("api:similar", args=[sku])).status_code != 404
    (location,) = client.get("/sitemap-products.xml").context["urlset"]
    assert location["location"].endswith(address)
    assert client.get("/admin/catalog/product/", {"q": sku}).status_code == 302


@pytest.mark.parametrize("sku", ["AB/1234", "a b", "ü", "AB+1", "#1", "50%"])
def test_an_id_that_is_quoted_as_usual_is_understood(client, sku):
    product = ProductFactory(sku=sku)
    for address in (f"/products/{quote(sku, safe='')}/", f"/products/{quote(sku)}/"):
        assert client.get(address).context["product"] == product
        assert client.get(f"/api/v1{address}").json()["sku"] == sku


def test_a_product_with_a_strange_id_is_searched_with(client):
    product, other = searchable_products(2)
    Product.objects.filter(pk=product.pk).update(sku="AB/#1 2+3&ü")
    product.refresh_from_db()
    assert client.get(f"{reverse('api:similar', args=[product.sku])}").json()
    assert other.sku in client.get("/search/photo/", {"like": product.sku}).content.decode()
    shown = client.get("/explore/").content.decode()
    assert "like=AB%2F%231+2%2B3%26%C3%BC" in shown
    marked = client.post(reverse("recommender:mark", args=[product.sku]), {"look": other.sku})
    assert marked.status_code in (204, 302)


@pytest.mark.parametrize(
    "written",
    [
        *("{}.0", "{},0", "{},00", "70.00{}", "70 00{}", "70\u00a000{}", "70\u202f00{}", "70'00{}", "70\u201900{}"),
        *("70,00{}.00", "70.00{},00", "7.000{}E4", "7,000{}E+4", "70,00{}"),
    ],
)
def test_numbers_of_any_country_are_the_ids_that_the_shop_has(write, written):
    ProductFactory(sku="70001")
    ProductFactory(sku="70002")
    numbers = "123" if "00{" in written else ("70001", "70002", "70003")
    rows = "".join(f'"{written.format(number)}";Tee\n' for number in numbers)
    assert counts(import_catalog(*write(f"id;name\n{rows}"))) == (3, 1, 2, 0, 0)
    assert set(Product.objects.values_list("sku", flat=True)) == {"70001", "70002", "70003"}


@pytest.mark.parametrize("written", ["70.001", "70 001", "70'001", "7.0001E4", "70,001", "70,001.00"])
def test_ids_that_may_be_numbers_are_told_where_the_file_leaves_a_doubt(write, written):
    ProductFactory(sku="70001")
    job = import_catalog(*write(f"id;name\n{written};Tee\nA-1;Tee\n8.00.1;Tee\n"))
    if written == "7.0001E4":
        assert counts(job) == (3, 2, 1, 0, 0)
        return
    assert counts(job) == (3, 3, 0, 0, 0)
    assert "there is 70001" in job.issues.get(kind="doubtful id").reason


def test_ids_that_the_shop_writes_like_numbers_stay_apart(write):
    ProductFactory(sku="70001")
    ProductFactory(sku="70.001")
    job = import_catalog(*write("id;name\n70.001;Tee\n70.002;Tee\n"))
    assert counts(job) == (2, 1, 1, 0, 0)
    assert set(Product.objects.values_list("sku", flat=True)) == {"70001", "70.001", "70.002"}


def test_ids_that_a_spreadsheet_rounded_or_made_dates_are_told(write):
    ProductFactory(sku="Jan-12")
    job = import_catalog(*write("id,name\n12345678901234600,Tee\nMar-12,Tee\nJan-12,Tee\nMAR-12X,Tee\n12345,Tee\n"))
    assert list(job.issues.filter(kind="doubtful id").values_list("sku", flat=True)) == ["12345678901234600", "Mar-12"]


def test_new_products_of_a_table_without_names_are_told(write):
    ProductFactory(sku="A1")
    job = import_catalog(*write("sku,colour\nA1,Red\nA2,Blue\n"))
    assert counts(job) == (2, 1, 1, 0, 0)
    issue = job.issues.get(kind="no name")
    assert (issue.sku, issue.line) == ("A2", 3)
    assert "no column is known to hold names" in issue.reason


def test_two_ids_that_differ_in_case_alone_are_one_product(write):
    job = import_catalog(*write("id,name\nABC-1,Tee\nabc-1,Other\nGRÜN,Tee\ngrün,Other\n"))
    assert counts(job) == (4, 2, 0, 0, 2)
    reasons = job.issues.filter(kind="repeated id").values_list("reason", flat=True)
    assert list(reasons) == [
        "id abc-1 is ABC-1, which was already in line 2; the first one counts",
        "id grün is GRÜN, which was already in line 4; the first one counts",
    ]
    job = import_catalog(*write("id,name\nabc-1,Tee\nGRÜN,Other\n"))
    assert counts(job) == (2, 0, 1, 1, 0)
    assert set(Product.objects.values_list("sku", "name")) == {("ABC-1", "Tee"), ("GRÜN", "Other")}


def test_ids_that_became_numbers_change_nothing_and_lost_zeros_are_a_hint(write):
    header, rows = "id,year,name\n", "".join(f"{sku},2012,Tee\n" for sku in (70001, 70002, "0001234"))
    import_catalog(*write(header + rows))
    job = import_catalog(*write(header + "70001.0,2012.0,Tee\n70002.0,2012.0,Tee\n1234,2012.0,Tee\n"))
    assert counts(job) == (3, 1, 0, 2, 0)
    hint = job.issues.get(kind="zeros missing")
    assert (hint.line, hint.sku) == (4, "1234")
    assert "the shop has 0001234" in hint.reason


def test_what_the_shop_writes_already_is_how_imports_write_it(write):
    ProductFactory(sku="1", base_colour="Navy Blue", gender="Men")
    import_catalog(*write("id,colour,gender,name\n2,navy  blue,MALE,Tee\n3,NAVY BLUE,mens,Tee\n4,NAVY BLUE,nan,Tee\n"))
    assert set(Product.objects.values_list("base_colour", flat=True)) == {"Navy Blue"}
    assert set(Product.objects.values_list("gender", flat=True)) == {"Men", ""}


def test_a_row_without_a_name_is_an_issue_that_says_so(write):
    job = import_catalog(*write("id,name\n1,\n2,NULL\n3,Tee\n"))
    assert counts(job) == (3, 3, 0, 0, 0)
    assert [issue.line for issue in job.issues.filter(kind="no name", reason__startswith="has no name")] == [2, 3]


def test_nothing_is_archived_while_rows_are_lost(admin_client, write):
    gone = ProductFactory(sku="7")
    files = write('id,colour,name\n1,Red,Tee\n7,Red,"Tee 7\n3,Red,Tee\n')
    job = previewed(*files)
    outcome = job.preview.outcome
    assert (outcome.counts.rows, outcome.counts.rejected, outcome.lost) == (3, 1, 1)
    shown = admin_client.get(job.get_absolute_url()).content.decode()
    assert "4 lines, 0 of them empty" in shown
    assert "archive them" not in shown
    # A row that is lost may be any product's, even where its id can be made out.
    assert outcome.missing == 0
    with pytest.raises(jobs.NotNow, match="1 rows of the file cannot be read"):
        jobs.confirm(job, repair=True, archive_missing=True)
    answer = admin_client.post(job.get_absolute_url(), {"action": "confirm", "missing": "archive"}, follow=True)
    assert "cannot be read" in answer.content.decode()
    job = started(*files, state=State.QUEUED)
    ImportJob.objects.update(archive_missing=True, state=State.QUEUED)
    job = finished(job)
    assert (job.state, job.archived) == (State.DONE, 0)
    assert job.issues.filter(kind="not archived").exists()
    gone.refresh_from_db()
    assert gone.archived_at is None


def test_a_row_that_is_refused_for_its_values_still_names_its_product(write):
    for sku in ("70001", "ABC", "9"):
        ProductFactory(sku=sku)
    job = started(*write("id,year,name\n70001.0,soon,Tee\nabc,soon,Tee\n"), state=State.QUEUED)
    ImportJob.objects.update(archive_missing=True)
    assert finished(job).archived == 1
    assert set(Product.objects.in_the_shop().values_list("sku", flat=True)) == {"70001", "ABC"}


def test_of_many_issues_the_first_are_kept_and_all_are_counted(admin_client, write, monkeypatch):
    monkeypatch.setattr(models, "KEPT_ISSUES", 10)
    job = import_catalog(*write("id,year,name\n" + "".join(f"{number},soon,Tee\n" for number in range(30))))
    assert (job.rejected, job.issues.count(), job.issue_counts) == (30, 10, {"bad value": 30})
    assert job.lost == 20
    assert "20 more are counted" in admin_client.get(job.get_absolute_url()).content.decode()


def test_a_page_stays_small_whatever_the_columns_are(admin_client, write):
    header = ",".join(["id", *(f"{number}{'x' * 900}" for number in range(999))])
    job = previewed(*write(f"{header}\n{','.join(['y' * 900] * 1000)}\n"))
    assert len(admin_client.get(job.get_absolute_url()).content) < 2_500_000


@pytest.mark.parametrize("kind", ["xlsx", "xml"])
def test_the_desk_takes_workbooks_and_feeds(admin_client, monkeypatch, kind):
    monkeypatch.setattr("catalog.importing.admin.wake_importer", lambda: None)
    if kind == "xlsx":
        from tests.catalog.importing.test_spreadsheets import workbook

        content, says = (
            workbook(["id", "title"], [70001, "Tee"], [70002, "Skirt"]),
            "the sheet “Products” of a workbook",
        )
    else:
        items = "".join(f"<item><g:id>{sku}</g:id><title>Tee</title></item>" for sku in (70001, 70002))
        content, says = f"<rss xmlns:g='http://base.google.com/ns/1.0'>{items}</rss>".encode(), "a product feed"
    admin_client.post("/admin/importing/importjob/add/", {"styles": SimpleUploadedFile(f"table.{kind}", content)})
    advance()
    job = ImportJob.objects.get()
    shown = admin_client.get(job.get_absolute_url()).content.decode()
    assert f"The table is {says}: 3 lines" in shown
    assert "Import these 2 rows" in shown
    jobs.confirm(job, repair=True, archive_missing=False)
    assert counts(finished(job)) == (2, 2, 0, 0, 0)
    assert set(Product.objects.values_list("sku", flat=True)) == {"70001", "70002"}


def test_a_file_that_is_no_table_fails_with_what_to_do(admin_client, write):
    job = finished(started(*write(b"%PDF-1.7", "prices.pdf")))
    assert job.state == State.FAILED
    assert "prices.pdf is a PDF, which has no cells; export the table as csv or xlsx" in job.error
