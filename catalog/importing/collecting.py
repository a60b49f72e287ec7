"""Collects the pictures that a table names by their addresses: politely, and resumed wherever it was cut off.

What is still to be fetched is a query on the database. A picture is written in one transaction with the note that it is
fetched, so that whoever is killed at it loses nothing.
"""

import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from catalog import fetching
from catalog.fetching import UnfetchableAddress
from catalog.importing.addresses import issue_of
from catalog.importing.models import ImportJob, PictureAddress
from catalog.importing.pictures import BYTES_LIMIT
from catalog.importing.reading import StyleRow
from catalog.importing.writing import as_they_are, write_issues, write_pictures
from catalog.locking import Lock, alone
from catalog.models import Product
from catalog.outages import Outages
from catalog.pictures import naming, storage
from catalog.pictures.decoding import UnreadablePicture, suffix_of
from catalog.pictures.media import media

SLICE_SECONDS = 5.0
AT_ONCE = 8
AT_ONCE_FROM_A_HOST = 2
PAUSE = 0.1
"""Seconds between two requests to one host"""
MOST_TRIES = 4
FIRST_WAIT = timedelta(seconds=15)
"""After the first try in vain; four times as long after each other one."""
LONGEST_WAIT = timedelta(hours=6)
STORAGE = Outages("The storage of pictures", longest=1800)
State = PictureAddress.State


def note_addresses(job: ImportJob, rows: Iterable[StyleRow], addresses: dict[str, dict[str, str]]) -> None:
    """Notes what is to be fetched for a batch of rows: {sku: {address: its host}}.

    What a product has from the same address already is not fetched again, and what it has from an address that its row
    does not name any more is taken from it. Call it in the transaction that writes them.
    """
    if not addresses:
        return
    lines = {row.sku: row.line for row in rows}
    found = as_they_are(Product.objects.filter(sku__in=addresses)).prefetch_related("picture_addresses")
    products = {product.sku: product for product in found}
    to_save: list[PictureAddress] = []
    gone: dict[str, set[str]] = {}
    for sku, wanted in addresses.items():
        gone[sku] = _gone(products[sku], wanted)
        to_save += _new_addresses(job, products[sku], wanted, lines[sku])
    PictureAddress.objects.bulk_create(
        to_save,
        update_conflicts=True,
        unique_fields=["product", "position"],
        update_fields=["job", "line", "address", "host", "state", "tries", "due_at", "reason", "image", "image_digest"],
    )
    changed = {one.product.sku: State.FETCHED for one in to_save}
    changed |= {one.product.sku: State.WAITING for one in to_save if one.state == State.WAITING}
    for sku in addresses:
        # Where pictures are still to come, those that are there stay where they are until then.
        is_moved = changed.get(sku) == State.FETCHED
        if gone[sku] or is_moved:
            write_pictures(job, products[sku], _fetched(products[sku]) if is_moved else [], gone[sku])


def _gone(product: Product, wanted: Collection[str]) -> set[str]:
    """The digests of the pictures that came from addresses which are not wanted any more."""
    digests: dict[bool, set[str]] = {True: set(), False: set()}
    for one in product.picture_addresses.all():
        digests[one.address in wanted].add(one.image_digest)
    return digests[False] - digests[True] - {""}


def _new_addresses(job: ImportJob, product: Product, wanted: dict[str, str], line: int) -> Iterator[PictureAddress]:
    stored = _stored(product)
    known = {one.position: one for one in product.picture_addresses.all()}
    fetched = {one.address: one for one in known.values() if one.image_digest in stored}
    for position, (address, host) in enumerate(wanted.items()):
        one = known.pop(position, None)
        if one is None or one.address != address or one.image_digest not in stored:
            before = fetched.get(address)
            yield PictureAddress(
                job=job,
                product=product,
                position=position,
                line=line,
                address=address,
                host=host,
                due_at=timezone.now(),
                state=State.FETCHED if before else State.WAITING,
                image=before.image if before else "",
                image_digest=before.image_digest if before else "",
            )
    PictureAddress.objects.filter(pk__in=[one.pk for one in known.values()]).delete()


def _stored(product: Product) -> set[str]:
    """The digests of the pictures that it has."""
    return {product.image_digest, *(one.image_digest for one in product.further_pictures.all())} - {""}


def collect(seconds: float = SLICE_SECONDS) -> bool:
    """Fetches for a while what is due. Returns False when there is nothing, or another process is at it."""
    with alone(Lock.FETCH) as is_mine:
        return is_mine and _Collector(seconds).run()


class _Collector:
    """A few requests at once, and fewer to one host; the database is written by this thread alone."""

    def __init__(self, seconds: float):
        self._until = time.monotonic() + seconds
        self._running: dict[Future, PictureAddress] = {}
        self._next_at: dict[str, float] = {}

    def run(self) -> bool:
        has_worked = False
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while (is_more := self._start(pool)) or self._running:
                has_worked = True
                if is_more and not self._running:
                    time.sleep(PAUSE)
                done, _ = wait(self._running, timeout=PAUSE, return_when=FIRST_COMPLETED)
                for future in done:
                    _settle(self._running.pop(future), future)
        return has_worked

    def _start(self, pool: ThreadPoolExecutor) -> bool:
        """Asks for what may be asked for now. Returns whether more is due."""
        now = time.monotonic()
        if now > self._until:
            return False
        running = Counter(one.host for one in self._running.values())
        resting = {host for host, at in self._next_at.items() if at > now}
        busy = resting | {host for host, count in running.items() if count >= AT_ONCE_FROM_A_HOST}
        due = PictureAddress.objects.due(timezone.now()).exclude(pk__in=[one.pk for one in self._running.values()])
        free = due.exclude(host__in=busy)[: AT_ONCE - len(self._running)]
        for one in {one.host: one for one in reversed(free)}.values():
            self._running[pool.submit(fetching.fetch, one.address, BYTES_LIMIT)] = one
            self._next_at[one.host] = now + PAUSE
        return bool(resting) and due.exists()


@transaction.atomic
def _settle(one: PictureAddress, answer: Future) -> None:
    """Writes what came of an address."""
    naming.hold()
    try:
        content = answer.result()
        name, digest = storage.store(content, suffix_of(content, ""))
        media.flush()
    except UnfetchableAddress as error:
        _try_again(one, error) if error.is_temporary else _fail(one, str(error))
    except UnreadablePicture as error:
        _fail(one, str(error))
    except OSError as error:
        _wait_for_room(one, error)
    else:
        STORAGE.end()
        _write(one, state=State.FETCHED, image=name, image_digest=digest, reason="")


def _try_again(one: PictureAddress, error: UnfetchableAddress) -> None:
    if one.tries + 1 >= MOST_TRIES:
        _fail(one, gettext("{error} It was tried {times} times.").format(error=error, times=MOST_TRIES))
        return
    asked = timedelta(seconds=min(error.seconds or 0, LONGEST_WAIT.total_seconds()))
    due_at = timezone.now() + max(FIRST_WAIT * 4**one.tries, asked)
    _write(one, tries=one.tries + 1, due_at=due_at, reason=str(error))
    if error.seconds:
        _leave_alone(one.host, due_at)


def _leave_alone(host: str, until: datetime) -> None:
    """As a server asked for it, nothing else is asked of it either."""
    PictureAddress.objects.waiting().filter(host=host, due_at__lt=until).update(due_at=until)


def _wait_for_room(one: PictureAddress, error: OSError) -> None:
    """It is no fault of the address, and would be the same with every other one: nothing is fetched for a while."""
    due_at = timezone.now() + timedelta(seconds=STORAGE.begin(error))
    _write(one, reason=gettext("The picture came, and could not be stored: {error}").format(error=error))
    PictureAddress.objects.waiting().filter(due_at__lt=due_at).update(due_at=due_at)


def _fail(one: PictureAddress, reason: str) -> None:
    _write(one, state=State.FAILED, tries=one.tries + 1, reason=reason)


@transaction.atomic
def _write(one: PictureAddress, **values: object) -> None:
    """Notes it, and gives the product the pictures that it has by now; nothing where all that was undone since."""
    # In the order in which imports lock them.
    job = ImportJob.objects.select_for_update().filter(pk=one.job_id).first()
    product = as_they_are(Product.objects.held()).filter(pk=one.product_id).first()
    known = PictureAddress.objects.waiting().filter(pk=one.pk, job=one.job_id, address=one.address)
    if job is None or product is None or not known.update(**values):
        return
    if values.get("state") == State.FAILED:
        write_issues(job, [issue_of(one.line, product.sku, one.address, str(values["reason"]))])
        job.save(update_fields=["issue_counts", "lost"])
    write_pictures(job, product, _fetched(product))


def _fetched(product: Product) -> list[list[str]]:
    """Its pictures up to the first that still waits, and those behind that which it has; none before its own one.

    So none that it has goes for a while, and none that is new changes its place later.
    """
    stored = _stored(product)
    pictures: dict[str, str] = {}
    is_complete = True
    for one in product.picture_addresses.order_by("position"):
        if one.state == State.WAITING and not pictures:
            break
        is_complete &= one.state != State.WAITING
        if one.state == State.FETCHED and (is_complete or one.image_digest in stored):
            pictures.setdefault(one.image_digest, one.image)
    return [[name, digest] for digest, name in pictures.items()]
