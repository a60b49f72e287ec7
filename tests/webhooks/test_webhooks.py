"""What happens is told once to whom it concerns, signed, and again until it was heard."""

import ipaddress
import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from PIL import Image

from catalog.importing.models import ImportJob
from catalog.models import Product
from fashionsite.webhooks import sending, tasks
from fashionsite.webhooks.models import MOST_KEPT, Delivery, Endpoint, Event
from recommender import embedding
from recommender.models import Encoder
from recommender.registry import active_encoder
from recommender.signals import products_embedded
from tests.factories import ProductFactory
from tests.pictures import as_file
from tests.processes import ROOT

pytestmark = pytest.mark.django_db
State = Delivery.State
DOCS = (ROOT / "docs" / "webhooks.md").read_text()


def look_at(*products: Product) -> None:
    embedding.embed_products([product.pk for product in products])


def later(**time: int) -> None:
    """So much time goes by for all that waits."""
    gone = timedelta(**time)
    for delivery in Delivery.objects.filter(state=State.WAITING):
        delivery.due_at -= gone
        delivery.wanted_at -= gone
        delivery.save()


def test_products_of_a_batch_are_told_of_in_one_message_that_is_signed(endpoint, receiver):
    look_at(*ProductFactory.create_batch(3))
    tasks.deliver(endpoint.pk)
    ((headers, body),) = receiver.came
    assert receiver.messages[0]["type"] == "product.searchable"
    assert receiver.messages[0]["data"] == {"products": [{"sku": "P0"}, {"sku": "P1"}, {"sku": "P2"}]}
    verifying = {}
    exec(re.search(r"```python\n(.*?)```", DOCS, re.DOTALL)[1], verifying)  # noqa: S102 – as merchants copy it
    is_from_the_shop = verifying["is_from_the_shop"]
    assert is_from_the_shop(endpoint.secret, headers, body)
    assert not is_from_the_shop(endpoint.secret, headers, body + b" ")
    assert not is_from_the_shop(endpoint.secret, headers | {"webhook-id": "msg_other"}, body)
    assert not is_from_the_shop(Endpoint().take_new_secret(), headers, body)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.status, delivery.tries) == (State.DELIVERED, 204, 1)
    tasks.sweep()
    tasks.deliver(endpoint.pk)
    assert len(receiver.came) == 1


def test_a_signature_is_what_the_specification_has():
    """An example of its libraries' tests."""
    told = sending.signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        '{"test": 2432232314}',
    )
    assert told == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_message_has_a_hundred_products_at_most(endpoint):
    products = ProductFactory.create_batch(101, look=1)
    pictures = [(product.pk, product.image_digest) for product in products]
    products_embedded.send(Encoder, encoder=active_encoder(), embedded=pictures, failed=[])
    told = [len(re.findall('"sku"', delivery.body)) for delivery in Delivery.objects.order_by("pk")]
    assert told == [100, 1]


def test_pictures_that_cannot_be_looked_at_are_told_of_with_the_reason(endpoint, receiver):
    product = ProductFactory(file=as_file(Image.new("RGB", (90, 120), "red")))
    look_at(product)
    tasks.deliver(endpoint.pk)
    (message,) = receiver.messages
    assert message["type"] == "product.failed"
    (failed,) = message["data"]["products"]
    assert failed["sku"] == product.sku
    assert "of one colour" in failed["reason"]
    assert failed["is_tried_again"] is False


def test_the_end_of_an_import_is_told_of_once(endpoint, receiver):
    job = ImportJob.objects.create(styles="/shop/styles.csv", state=ImportJob.State.RUNNING)
    ImportJob.objects.create(styles="products.json", state=ImportJob.State.DONE, finished_at=timezone.now())
    tasks.sweep()
    assert not Delivery.objects.exists()
    ImportJob.objects.filter(pk=job.pk).update(state="done", finished_at=timezone.now(), rows=2, created=2)
    for _ in range(2):
        tasks.sweep()
        tasks.deliver(endpoint.pk)
    (message,) = receiver.messages
    assert message["type"] == "import.finished"
    told = message["data"]["import"]
    assert (told["id"], told["state"], told["file"], told["created"]) == (job.pk, "done", "styles.csv", 2)


def test_only_who_wants_to_know_is_told(endpoint, receiver):
    for values in ({"events": [Event.IMPORT_FINISHED]}, {"events": Event.values, "is_active": False}):
        Endpoint.objects.filter(pk=endpoint.pk).update(**values)
        look_at(ProductFactory())
        assert not Delivery.objects.exists()


def test_what_is_not_heard_is_sent_again_later_and_later_and_given_up_at_last(endpoint, receiver):
    receiver.status, receiver.said = 500, b"Out of \0 order" + b"!" * 5000
    look_at(ProductFactory())
    waits = []
    for _ in range(20):
        tasks.deliver(endpoint.pk)
        delivery = Delivery.objects.get()
        if delivery.state == State.FAILED:
            break
        waits.append(round((delivery.due_at - delivery.tried_at).total_seconds() / 60))
        later(hours=6)
    assert waits[:6] == [1, 3, 9, 27, 81, 243]
    assert waits[6:] == [360] * 5
    assert len(receiver.came) == delivery.tries == 12
    assert delivery.status == 500
    assert delivery.answer.startswith("Out of  order!!!")
    assert len(delivery.answer) == 500
    assert len({headers["webhook-id"] for headers, _ in receiver.came}) == 1


def test_an_endpoint_that_is_away_gets_nothing_else_meanwhile(endpoint, receiver):
    look_at(ProductFactory())
    look_at(ProductFactory())
    receiver.status, receiver.headers = 503, {"Retry-After": "600"}
    tasks.deliver(endpoint.pk)
    assert len(receiver.came) == 1
    now = timezone.now()
    assert all(now + timedelta(minutes=9) < delivery.due_at for delivery in Delivery.objects.all())
    receiver.status = 200
    later(minutes=11)
    tasks.deliver(endpoint.pk)
    assert len(receiver.came) == 3
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.DELIVERED}


def test_one_message_that_is_refused_holds_no_other(endpoint, receiver):
    look_at(ProductFactory())
    look_at(ProductFactory())
    receiver.status = 400
    tasks.deliver(endpoint.pk)
    assert len(receiver.came) == 2


def test_who_is_gone_is_told_nothing_more(endpoint, receiver):
    receiver.status = 410
    look_at(ProductFactory())
    tasks.deliver(endpoint.pk)
    endpoint.refresh_from_db()
    assert not endpoint.is_active


def test_a_worker_that_was_killed_leaves_its_message_to_another(endpoint, receiver):
    look_at(ProductFactory())
    assert Delivery.objects.take(endpoint.pk, timezone.now())
    tasks.deliver(endpoint.pk)
    assert receiver.came == []
    later(minutes=2)
    tasks.deliver(endpoint.pk)
    assert len(receiver.came) == 1


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1/", "http://localhost/", "http://a.example.com:8080/", "a", "ftp://a.b/"]
)
def test_an_address_inside_a_network_is_no_endpoint(address):
    endpoint = Endpoint(address=address, events=[Event.IMPORT_FINISHED])
    with pytest.raises(ValidationError):
        endpoint.full_clean(exclude=["secret"])


def test_an_address_in_no_network_of_ones_own_is_no_endpoint_either(settings):
    settings.WEBHOOK_NETWORKS = [ipaddress.ip_network("10.1.0.0/16"), ipaddress.ip_network("fd00::/8")]
    for address in ("http://10.1.2.3:9000/", "http://[fd00::1]/", "http://intranet/", "https://a.example.com/"):
        Endpoint(address=address, events=[Event.IMPORT_FINISHED]).full_clean(exclude=["secret"])
    for address in ("http://10.2.0.1/", "http://127.0.0.1/", "http://[fe80::1]/"):
        with pytest.raises(ValidationError, match="not on the public internet"):
            Endpoint(address=address, events=[Event.IMPORT_FINISHED]).full_clean(exclude=["secret"])


def test_an_address_that_leads_into_a_network_later_is_not_asked(endpoint, receiver, settings):
    settings.WEBHOOK_NETWORKS = []
    look_at(ProductFactory())
    tasks.deliver(endpoint.pk)
    assert receiver.came == []
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.status) == (State.WAITING, None)
    assert "Only the ports" in delivery.answer


def test_a_redirect_is_not_followed(endpoint, receiver):
    receiver.status, receiver.headers = 307, {"Location": receiver.address}
    look_at(ProductFactory())
    tasks.deliver(endpoint.pk)
    assert len(receiver.came) == 1
    assert Delivery.objects.get().state == State.WAITING


def test_staff_make_an_endpoint_see_its_secret_once_and_send_again(admin_client, receiver):
    asked = {"address": receiver.address, "events": ["product.searchable"], "is_active": "on"}
    page = admin_client.post("/admin/webhooks/endpoint/add/", asked)
    endpoint = Endpoint.objects.get()
    assert endpoint.secret in page.content.decode()
    assert page["Cache-Control"] == "private, no-store"
    for address in ("/admin/webhooks/endpoint/", f"/admin/webhooks/endpoint/{endpoint.pk}/change/"):
        assert endpoint.secret not in admin_client.get(address).content.decode()
    look_at(ProductFactory())
    next_time = f'field-next_time nowrap">{date_format(timezone.localtime(), "DATE_FORMAT")}'
    assert next_time in admin_client.get("/admin/webhooks/delivery/").content.decode()
    tasks.deliver(endpoint.pk)
    delivery = Delivery.objects.get()
    deliveries = admin_client.get("/admin/webhooks/delivery/").content.decode()
    assert "delivered" in deliveries
    assert next_time not in deliveries, "it is not sent again by itself"
    assert endpoint.secret not in admin_client.get(f"/admin/webhooks/delivery/{delivery.pk}/change/").content.decode()
    again = {"action": "send_again", "_selected_action": delivery.pk}
    assert (
        "1 delivery is sent again"
        in admin_client.post("/admin/webhooks/delivery/", again, follow=True).content.decode()
    )
    tasks.deliver(endpoint.pk)
    assert len(receiver.came) == 2
    renew = {"action": "renew_secret", "_selected_action": endpoint.pk}
    renewed = admin_client.post("/admin/webhooks/endpoint/", renew).content.decode()
    assert endpoint.secret not in renewed
    endpoint.refresh_from_db()
    assert endpoint.secret in renewed


def test_staff_have_an_endpoint_tested_and_one_that_is_off_is_told_nothing(admin_client, endpoint, receiver):
    test = {"action": "send_test", "_selected_action": endpoint.pk}
    assert "on its way" in admin_client.post("/admin/webhooks/endpoint/", test, follow=True).content.decode()
    tasks.deliver(endpoint.pk)
    (message,) = receiver.messages
    assert (message["type"], message["data"]) == ("endpoint.test", {})
    Endpoint.objects.update(is_active=False)
    again = {"action": "send_again", "_selected_action": Delivery.objects.get().pk}
    for address, action in [("endpoint", test), ("delivery", again)]:
        shown = admin_client.post(f"/admin/webhooks/{address}/", action, follow=True).content.decode()
        assert "that is not active nothing is sent" in shown
        assert "on its way" not in shown
        assert "sent again" not in shown
    assert Delivery.objects.get().state == State.DELIVERED


def test_deliveries_are_forgotten_by_age_and_by_number(endpoint):
    now = timezone.now()

    def delivery(number: int) -> Delivery:
        values = {"event": Event.IMPORT_FINISHED, "body": "{}", "wanted_at": now, "due_at": now}
        return Delivery(endpoint=endpoint, message=f"{number:032x}", **values)

    Delivery.objects.bulk_create(delivery(number) for number in range(MOST_KEPT + 3))
    latest = Delivery.objects.latest("pk")
    Delivery.objects.filter(pk=latest.pk - 1).update(created_at=now - timedelta(days=15))
    tasks.forget()
    assert Delivery.objects.count() == MOST_KEPT
    assert Delivery.objects.filter(pk=latest.pk).exists()
    assert not Delivery.objects.filter(pk=latest.pk - 1).exists()
