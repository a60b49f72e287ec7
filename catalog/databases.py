"""Where SQL goes that no query set sends."""

from django.apps import apps
from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper


def connection_to_read(model: str) -> BaseDatabaseWrapper:
    """The one by which a model, as `catalog.Product`, is read: the replica's on a page that is answered from one."""
    return connections[router.db_for_read(apps.get_model(model))]
