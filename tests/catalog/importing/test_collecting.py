"""Pictures that a table names by their addresses: fetched in the background, politely, once, and undone."""

import http.server
import threading
import time
from collections import Counter
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from catalog import outages
from catalog.importing import collecting, tasks
from catalog.importing.advancing import import_catalog
from catalog.importing.collecting import collect
from catalog.importing.models import ImportJob, PictureAddress
from catalog.importing.reading import StyleRow, guess_mapping
from catalog.models import FurtherPicture, Product
from recommender import embedding
from tests.catalog.importing.life import finished, previewed
from tests.factories import give_further
from tests.hardships import full_disk
from tests.pictures import as_file, drawing

pytestmark = pytest.mark.django_db
State = PictureAddress.State


class Shop(http.server.ThreadingHTTPServer):
    """A web server on this machine with pictures by number: /12.jpg; `asked` counts the requests to each path.

    /busy asks to wait while it is `busy`, /away is not there, /page is no picture, /broken breaks down.
    """

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: Counter[str] = Counter()
        self.at_once, self.most_at_once, self.is_busy = 0, 0, True

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{path}"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Shop

    def do_GET(self):
        shop = self.server
        shop.asked[self.path] += 1
        shop.at_once += 1
        shop.most_at_once = max(shop.most_at_once, shop.at_once)
        time.sleep(0.02)
        shop.at_once -= 1
        if self.path == "/away":
            return self.send_error(404)
        if self.path == "/broken":
            return self.send_error(503)
        if self.path == "/busy" and shop.is_busy:
            self.send_response(429)
            self.send_header("Retry-After", "3600")
            return self.end_headers()
        number = self.path.strip("/").split(".")[0]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(as_file(drawing(int(number))) if number.isdigit() else b"<html>no picture</html>")
        return None

    def log_message(self, *arguments):
        pass


@pytest.fixture
def web(public, monkeypatch):
    monkeypatch.setattr(collecting, "PAUSE", 0.01)
    shop = Shop()
    threading.Thread(target=shop.serve_forever, args=[0.01], daemon=True).start()
    yield shop
    shop.shutdown()


@pytest.fixture
def table(tmp_path, web):
    """Writes a table of skus and the paths of their pictures."""

    def write(**pictures: str):
        lines = (f'{sku},Shirt {sku},"{_addresses(web, paths)}"' for sku, paths in pictures.items())
        path = tmp_path / "styles.csv"
        path.write_text("\n".join(["id,title,Images", *lines]))
        return path

    return write


def _addresses(web: Shop, paths: str) -> str:
    return ", ".join(web.address(path) for path in paths.split())


def pictures_of(sku: str) -> list[bytes]:
    product = Product.objects.get(sku=sku)
    own = [product.image.read()] if product.image else []
    return own + [one.image.read() for one in FurtherPicture.objects.filter(product=product)]


def drawn(*numbers: int) -> list[bytes]:
    return [as_file(drawing(number)) for number in numbers]


def collect_all() -> None:
    while collect():
        pass


def reasons(job: ImportJob) -> list[str]:
    return sorted(job.issues.filter(kind="picture address").values_list("reason", flat=True))


def test_pictures_are_fetched_in_order_and_once(table, web):
    styles = table(a="1.jpg 2.jpg 3.jpg", b="4")
    preview = previewed(styles, styles.parent).preview
    assert preview.outcome.to_fetch == 4
    job = import_catalog(styles, None)
    assert not job.issues.exists()
    assert job.pictures_to_fetch == {"waiting": 4, "fetched": 0, "failed": 0}
    assert job.is_moving
    collect_all()
    assert pictures_of("a") == drawn(1, 2, 3)
    assert pictures_of("b") == drawn(4)
    assert (job.pictures_to_fetch, job.further_pictures, job.is_moving) == (
        {"waiting": 0, "fetched": 4, "failed": 0},
        2,
        False,
    )
    import_catalog(styles, None)
    assert not collect()
    assert max(web.asked.values()) == 1


def test_what_is_named_otherwise_is_fetched_again(table):
    import_catalog(table(a="1 2 3"), None)
    collect_all()
    import_catalog(table(a="1 5"), None)
    collect_all()
    assert pictures_of("a") == drawn(1, 5)
    assert PictureAddress.objects.count() == 2


def test_a_picture_that_its_row_does_not_name_any_more_is_taken_away_at_once(table, web):
    import_catalog(table(a="1 2 3"), None)
    collect_all()
    embeddings = embedded("a")
    job = import_catalog(table(a="1 3"), None)
    assert pictures_of("a") == drawn(1, 3)
    assert not collect()
    assert embedded("a").items() <= embeddings.items()
    import_catalog(table(a="1"), None)
    assert pictures_of("a") == drawn(1)
    assert max(web.asked.values()) == 1
    undone(ImportJob.objects.latest("pk"))
    assert pictures_of("a") == drawn(1, 3)
    undone(job)
    assert pictures_of("a") == drawn(1, 2, 3)


def test_addresses_that_change_places_are_not_fetched_again(table, web):
    import_catalog(table(a="1 2 3"), None)
    collect_all()
    import_catalog(table(a="3 1 2"), None)
    assert pictures_of("a") == drawn(3, 1, 2)
    assert not collect()
    import_catalog(table(a="3 1 9 2"), None)
    assert pictures_of("a") == drawn(3, 1, 2)
    collect_all()
    assert pictures_of("a") == drawn(3, 1, 9, 2)
    import_catalog(table(a="1"), None)
    assert pictures_of("a") == drawn(1)
    assert max(web.asked.values()) == 1


def test_pictures_behind_one_that_is_still_to_come_stay(table):
    import_catalog(table(a="1 2 3 4"), None)
    collect_all()
    import_catalog(table(a="1 2 broken 8 4"), None)
    collect_all()
    assert PictureAddress.objects.waiting().count() == 1
    assert pictures_of("a") == drawn(1, 2, 4)
    import_catalog(table(a="1 2 9 8 4"), None)
    collect_all()
    assert pictures_of("a") == drawn(1, 2, 9, 8, 4)


def test_nothing_moves_while_the_own_picture_is_still_to_come(table):
    import_catalog(table(a="1 2 3"), None)
    collect_all()
    import_catalog(table(a="broken 3 2"), None)
    collect_all()
    assert pictures_of("a") == drawn(1, 2, 3)


def test_pictures_from_elsewhere_stay_when_their_row_is_imported_again(table):
    import_catalog(table(a="1"), None)
    collect_all()
    give_further(Product.objects.get(sku="a"), drawing(50))
    import_catalog(table(a="1"), None)
    collect_all()
    assert pictures_of("a") == drawn(1, 50)


def embedded(sku: str) -> dict[str, datetime]:
    """When each picture was embedded, by its digest, once all are."""
    product = Product.objects.get(sku=sku)
    embedding.embed_products([product.pk])
    return dict(product.embeddings.values_list("image_digest", "created_at"))


def test_few_are_asked_for_at_once(table, web):
    import_catalog(table(**{f"s{number}": str(number) for number in range(1, 13)}), None)
    collect_all()
    assert web.most_at_once <= collecting.AT_ONCE_FROM_A_HOST
    assert Product.objects.with_picture().count() == 12


def test_a_collector_that_is_cut_off_anywhere_is_gone_on_with(table, web, monkeypatch):
    import_catalog(table(**{f"s{number}": f"{number} {number + 20}" for number in range(1, 6)}), None)
    writes = 0

    def cut_off(one, answer):
        nonlocal writes
        writes += 1
        if writes % 2:
            raise SystemExit
        settle(one, answer)

    settle = collecting._settle
    monkeypatch.setattr(collecting, "_settle", cut_off)
    while PictureAddress.objects.waiting().exists():
        try:
            collect()
        except SystemExit:
            continue
    for number in range(1, 6):
        assert pictures_of(f"s{number}") == drawn(number, number + 20)


def test_what_cannot_be_fetched_is_an_issue_of_the_import(table, web):
    job = import_catalog(table(a="away 1", b="page 2", c="3"), None)
    collect_all()
    assert reasons(job) == [
        f"{web.address('away')}: This address answers with the status 404.",
        f"{web.address('page')}: This file is not a JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP or TIFF picture.",
    ]
    assert set(job.issues.values_list("line", "sku")) == {(2, "a"), (3, "b")}
    assert job.pictures_to_fetch == {"waiting": 0, "fetched": 3, "failed": 2}
    assert pictures_of("a") == drawn(1)


def test_a_server_that_breaks_down_is_tried_again_a_few_times(table, web):
    job = import_catalog(table(a="broken"), None)
    for tries in range(1, collecting.MOST_TRIES + 1):
        collect_all()
        assert web.asked["/broken"] == tries
        assert (job.fetching_trouble == "") == (tries == collecting.MOST_TRIES)
        assert PictureAddress.objects.get().due_at > timezone.now() or tries == collecting.MOST_TRIES
        PictureAddress.objects.update(due_at=timezone.now())
    assert reasons(job) == [f"{web.address('broken')}: This address answers with the status 503. It was tried 4 times."]
    collect_all()
    assert web.asked["/broken"] == collecting.MOST_TRIES


def test_a_server_that_asks_to_wait_is_left_alone_for_so_long(table, web, monkeypatch):
    monkeypatch.setattr(collecting, "AT_ONCE", 1)
    import_catalog(table(a="busy", b="1"), None)
    collect_all()
    assert dict(web.asked) == {"/busy": 1}
    waiting = PictureAddress.objects.waiting()
    assert all(one.due_at > timezone.now() + timedelta(minutes=59) for one in waiting)
    assert len(waiting) == 2
    web.is_busy = False
    waiting.update(due_at=timezone.now())
    collect_all()
    assert pictures_of("b") == drawn(1)


def test_a_full_disk_stops_fetching_for_a_while_that_grows_and_the_desk_says_why(table, web, admin_client, monkeypatch):
    clock = SimpleNamespace(now=0.0, monotonic=lambda: clock.now)
    monkeypatch.setattr(outages, "time", clock)
    # Pictures that no other test has stored.
    job = import_catalog(table(a="9000001", b="9000002 9000003"), None)
    for asked, seconds in ((3, 30), (6, 60), (9, 120)):
        with full_disk():
            collect_all()
        assert 0 < sum(web.asked.values()) <= asked
        waits = [one.due_at - timezone.now() for one in PictureAddress.objects.waiting()]
        assert all(timedelta(seconds=seconds - 10) < wait <= timedelta(seconds=seconds) for wait in waits)
        clock.now += seconds
        PictureAddress.objects.update(due_at=timezone.now())
    page = admin_client.get(f"/admin/importing/importjob/{job.pk}/progress/").content.decode()
    assert "3 to fetch" in page
    assert "could not be stored: [Errno 27] File too large" in page
    collect_all()
    assert pictures_of("b") == drawn(9000002, 9000003)


def test_pictures_that_came_with_the_file_go_before_addresses(table, web, tmp_path):
    images = tmp_path / "images"
    images.mkdir()
    (images / "a.jpg").write_bytes(as_file(drawing(9)))
    import_catalog(table(a="1", b="2"), images)
    collect_all()
    assert pictures_of("a") == drawn(9)
    assert pictures_of("b") == drawn(2)


def test_undo_takes_them_back_and_fetches_no_more(table):
    import_catalog(table(a="1"), None)
    collect_all()
    second = import_catalog(table(a="2 3", b="4"), None)
    collect_all()
    assert pictures_of("a") == drawn(2, 3)
    undone(second)
    assert pictures_of("a") == drawn(1)
    assert not Product.objects.filter(sku="b").exists()
    third = import_catalog(table(c="5 6"), None)
    undone(third)
    assert not collect()
    assert not Product.objects.filter(sku="c").exists()


def undone(job: ImportJob) -> None:
    ImportJob.objects.filter(pk=job.pk).update(state=ImportJob.State.UNDOING)
    assert finished(job).left == 0


def test_what_was_undone_while_it_was_fetched_is_not_written(table, monkeypatch):
    job = import_catalog(table(a="1"), None)
    settle = collecting._settle

    def undo_before(one, answer):
        undone(job)
        settle(one, answer)

    monkeypatch.setattr(collecting, "_settle", undo_before)
    collect_all()
    assert not Product.objects.exists()


@pytest.mark.parametrize(
    ("header", "cell", "addresses"),
    [
        ("Image Src", "https://cdn.shop.com/a.jpg?v=1", ["https://cdn.shop.com/a.jpg?v=1"]),
        ("Images", "https://a.b/1.jpg, https://a.b/2,3.jpg", ["https://a.b/1.jpg", "https://a.b/2,3.jpg"]),
        ("image_link", "http://a.b/1|http://a.b/2;http://a.b/1", ["http://a.b/1", "http://a.b/2"]),
        ("image_url", "//cdn.shop.com/a.jpg\n//cdn.shop.com/b.jpg", ["//cdn.shop.com/a.jpg", "//cdn.shop.com/b.jpg"]),
        ("Picture", "", []),
        ("Image", " , ", []),
        ("Images", "front.jpg, worn.jpg|back.jpg", ["front.jpg", "worn.jpg", "back.jpg"]),
    ],
)
def test_the_usual_columns_of_addresses_are_known(header, cell, addresses):
    mapping = guess_mapping(["id", header, "additional_image_link"])
    assert mapping == {"sku": 0, "picture_addresses": 1, "further_picture_addresses": 2}
    further = "https://x.y/z.jpg"
    row = StyleRow(2, "1", {"picture_addresses": cell, "further_picture_addresses": further})
    assert row.picture_addresses == [*addresses, further]


def test_what_is_no_address_is_an_issue_before_anything_is_fetched(tmp_path):
    styles = tmp_path / "styles.csv"
    styles.write_text("id,name,image_url\n1,a,front.jpg\n2,b,http://h:22/a.jpg\n3,c,\n")
    job = import_catalog(styles, None)
    assert [reason.split(": ")[0] for reason in reasons(job)] == ["front.jpg", "http://h:22/a.jpg"]
    assert job.issues.get(kind="no picture").sku == "3"
    assert not PictureAddress.objects.exists()


def test_addresses_inside_networks_are_never_asked(tmp_path):
    styles = tmp_path / "styles.csv"
    styles.write_text("id,name,image_url\n1,a,http://169.254.169.254/latest\n2,b,http://localhost/a.jpg\n")
    job = import_catalog(styles, None)
    collect_all()
    assert [reason.split(": ")[1] for reason in reasons(job)] == ["This address is not on the public internet."] * 2


def test_the_worker_fetches_when_no_import_is_to_go_on_with(table, monkeypatch):
    monkeypatch.setattr(tasks, "hand_over", lambda task: task())
    import_catalog(table(a="1"), None)
    tasks.go_on_with_imports()
    assert pictures_of("a") == drawn(1)


def test_the_desk_shows_how_far_it_is(table, web, admin_client):
    job = import_catalog(table(a="1 2 away"), None)
    address = f"/admin/importing/importjob/{job.pk}/progress/"
    page = admin_client.get(address).content.decode()
    assert "0 fetched, 3 to fetch" in page
    assert "data-live" in page
    collect_all()
    page = admin_client.get(address).content.decode()
    assert "2 fetched, 0 to fetch" in page
    assert "1 failed" in page
    assert "Further pictures of these products: 1" in page
    assert "data-live" not in page.split("</p>")[0]
