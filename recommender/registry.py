"""Which encoders there are, which one answers the searches, and how another one takes over without a pause."""

import io
import random

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import Max, Min
from psycopg2.errors import LockNotAvailable

from catalog.locking import Lock, one_at_a_time
from catalog.models import Product
from recommender import copying, querysets
from recommender.encoders import PictureEncoder, load_encoder
from recommender.models import Embedding, Encoder, EncoderFile
from recommender.neighbours import index_of

MANY = 1000
MUCH, LITTLE = 0.5, 0.1
"""What waits, as a share of what is embedded: from where on an index is best made anew when all is there, and until
where. To take in a vector costs it more than three times as much as to be made with it."""
SOME = 200
"""Of so many products is asked whether they wait, before it is of all."""
COPY_FILE = f"COPY {EncoderFile._meta.db_table} (encoder_id, content) FROM STDIN"
PATIENCE = "200ms"
"""How long searches wait behind whoever waits to take an index away"""


class UnknownEncoder(LookupError):
    """No encoder goes by that name."""


def active_encoder() -> Encoder:
    """The encoder whose embeddings answer the searches; in a new shop the one that the settings name."""
    return Encoder.objects.active() or _first_encoder()


def encoders_at_work() -> list[Encoder]:
    """The active encoder, and the one that is being filled."""
    active_encoder()
    return list(Encoder.objects.at_work())


@transaction.atomic
def register(name: str, picture_encoder: PictureEncoder) -> Encoder:
    """The row of a picture encoder with these weights, made where there is none."""
    one_at_a_time(Lock.REGISTER_ENCODER)
    encoder, is_new = Encoder.objects.get_or_create(
        name=name, digest=picture_encoder.digest, defaults={"dimensions": picture_encoder.dimensions}
    )
    if is_new and picture_encoder.content:
        _save_file(encoder, picture_encoder.content)
    return encoder


def _save_file(encoder: Encoder, content: bytes) -> None:
    """By COPY: an INSERT leaves the process, and its connection, with room for several times the file."""
    with connection.cursor() as cursor:
        cursor.copy_expert(COPY_FILE, io.BytesIO(b"%d\t\\\\x%b\n" % (encoder.pk, content.hex().encode())))


def find(name: str) -> Encoder:
    """The latest encoder of that name, or the one whose digest begins so; one of settings.ENCODERS is registered.

    Raises UnknownEncoder, and what loading it raises.
    """
    if name in settings.ENCODERS:
        return register(name, load_encoder(name))
    known = Encoder.objects.order_by("-created_at")
    encoder = known.filter(name=name).first() or known.filter(digest__startswith=name).first()
    if encoder is None:
        names = sorted({*settings.ENCODERS, *known.values_list("name", flat=True)})
        raise UnknownEncoder(f"there is no encoder {name!r}; there are: {', '.join(names)}")
    return encoder


@transaction.atomic
def start_filling(encoder: Encoder) -> None:
    """From now on every picture is embedded by this encoder too; it becomes the active one when nothing waits for it.

    Another one that was being filled is given up. The active encoder may be named to only give that up.
    """
    one_at_a_time(Lock.REGISTER_ENCODER)
    for other in Encoder.objects.filter(state=Encoder.State.FILLING).exclude(pk=encoder.pk):
        _retire(other)
    if not Encoder.objects.filter(pk=encoder.pk, state=Encoder.State.IDLE).update(state=Encoder.State.FILLING):
        return
    create_index(encoder)


@transaction.atomic
def switch_when_complete() -> None:
    """Makes the encoder that is being filled the active one as soon as nothing waits for it."""
    one_at_a_time(Lock.REGISTER_ENCODER)
    successor = Encoder.objects.filling()
    if successor is None or querysets.waiting(successor).exists() or querysets.waiting_further(successor).exists():
        return
    if settings.VECTORS and not copying.is_whole(successor):
        return
    if predecessor := Encoder.objects.active():
        _retire(predecessor)
    Encoder.objects.filter(pk=successor.pk).update(state=Encoder.State.ACTIVE)


def begin_fill(encoder: Encoder) -> None:
    """Takes the encoder's index away where very much waits in comparison; searches compare all vectors meanwhile.

    Where somebody reads the embeddings for long, it stays. `end_fills` makes it again, also after a crash.
    """
    if not _has_index(encoder) or not _seems_much(encoder):
        return
    waiting = querysets.due(encoder).count()
    if waiting < MANY or waiting < MUCH * encoder.embeddings.count():
        return
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
            remove_index(encoder)
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise


def _seems_much(encoder: Encoder) -> bool:
    """Whether, going by some products, very much may wait; to count what waits takes seconds of a million products."""
    ids = Product.objects.aggregate(first=Min("pk"), last=Max("pk"))
    known = range(ids["first"] or 0, (ids["last"] or 0) + 1)
    some = random.sample(known, min(SOME, len(known)))
    waiting = querysets.due(encoder).filter(pk__in=some).count()
    return waiting >= MUCH / 2 * encoder.embeddings.filter(product__in=some).count()


def end_fills() -> None:
    """Makes the index of each encoder at work that has none, as soon as little waits in comparison.

    Where Milvus has one, it is taken away.
    """
    for encoder in encoders_at_work():
        if settings.VECTORS:
            if copying.is_complete(encoder) and _has_index(encoder):
                remove_index(encoder)
            continue
        if not _has_index(encoder) and querysets.due(encoder).count() <= LITTLE * encoder.embeddings.count():
            _make_missing_index(encoder)


@transaction.atomic
def _make_missing_index(encoder: Encoder) -> None:
    one_at_a_time(Lock.REGISTER_ENCODER)
    if _has_index(encoder):
        return
    with connection.cursor() as cursor:
        # Several processes would share the graph in memory, of which a container often has only 64 MB.
        cursor.execute("SET LOCAL max_parallel_maintenance_workers TO 0")
    create_index(encoder)


def follow_shipped() -> None:
    """Starts to fill the successor where settings.ENCODERS has other weights by now under the active one's name."""
    name = active_encoder().name
    if name in settings.ENCODERS and not Encoder.objects.filter(name=name, digest=load_encoder(name).digest).exists():
        start_filling(register(name, load_encoder(name)))


@transaction.atomic
def _first_encoder() -> Encoder:
    encoder = register(settings.ENCODER, load_encoder(settings.ENCODER))
    # Another process may have been first.
    if Encoder.objects.active() is None:
        Encoder.objects.filter(pk=encoder.pk).update(state=Encoder.State.ACTIVE)
        create_index(encoder)
    return Encoder.objects.get(state=Encoder.State.ACTIVE)


def _retire(encoder: Encoder) -> None:
    encoder.embeddings.all().delete()
    encoder.failures.all().delete()
    Encoder.objects.filter(pk=encoder.pk).update(state=Encoder.State.IDLE)
    remove_index(encoder)


def _has_index(encoder: Encoder) -> bool:
    # Whoever has waited for a lock would be told by to_regclass what was true before.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_class WHERE relname = %s AND pg_table_is_visible(oid))",
            [index_of(encoder).name],
        )
        return cursor.fetchone()[0]


def remove_index(encoder: Encoder) -> None:
    """Searches compare all vectors until there is one again."""
    with connection.schema_editor() as editor:
        editor.remove_index(Embedding, index_of(encoder))


def create_index(encoder: Encoder) -> None:
    """The one over its vectors, unless Milvus is to have it."""
    if settings.VECTORS:
        return
    with connection.schema_editor() as editor:
        editor.add_index(Embedding, index_of(encoder))
