"""Tasks carry the id of the request that enqueued them, and hand it to those that they enqueue."""

import logging.config
from typing import Any

from celery import Task
from celery.signals import before_task_publish, setup_logging, task_postrun, task_prerun
from django.conf import settings

from catalog.monitoring.identity import request_id

KEY = "request_id"


@before_task_publish.connect
def send_along(headers: dict[str, Any], **_: object) -> None:
    if id_ := request_id.get():
        headers[KEY] = id_


@task_prerun.connect
def take_up(task_id: str, task: Task, **_: object) -> None:
    """A task that no request enqueued goes by its own id, and so do those that it enqueues."""
    request_id.set(getattr(task.request, KEY, None) or task_id)


@task_postrun.connect
def lay_down(**_: object) -> None:
    request_id.set("")


@setup_logging.connect
def log_as_the_site_does(loglevel: int, **_: object) -> None:
    """Celery would take away the site's handlers, and write as it likes."""
    logging.config.dictConfig(settings.LOGGING)
    logging.getLogger().setLevel(loglevel)
