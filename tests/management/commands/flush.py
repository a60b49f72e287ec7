"""Django's flush, which follows each test that commits: it leaves what every shop has, and takes a tenth of the time.

Files of tables and indexes that are made anew, a hundred and more, cost far more than to delete the few rows of a test.
"""

from typing import Any

from django.core.management.commands import flush
from django.db import connections, transaction

from catalog.apps import ship_synonyms
from catalog.models import CatalogVersion
from recommender.encoders import load_encoder
from recommender.models import Embedding, Encoder, EncoderFile

KEPT = {"django_content_type", "auth_permission"} | {
    model._meta.db_table for model in (CatalogVersion, Encoder, EncoderFile)
}
"""What migrate writes, or the first visit; that products are deleted moves the version on."""


class Command(flush.Command):
    def handle(self, *, database: str, **options: Any) -> None:
        connection = connections[database]
        names = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - KEPT
        tables = [connection.ops.quote_name(name) for name in sorted(names)]
        with transaction.atomic(using=database), connection.cursor() as cursor:
            # A page or a task that is still at work ends first.
            cursor.execute(f"LOCK TABLE {', '.join(tables)}")
            if Embedding.objects.exists():
                # Deleted neighbours would stay in the graph of its index, and be found in place of others.
                cursor.execute(f"TRUNCATE {Embedding._meta.db_table}")
            for table in tables:
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608 – Django's own names
            Encoder.objects.exclude(state="active", digest=load_encoder("fashion-resnet").digest).delete()
            ship_synonyms(database)
