"""The Celery application."""

import os
from typing import Any

from celery import Celery, Task
from celery.signals import task_prerun
from django.db import close_old_connections

from catalog.monitoring import tasks  # noqa: F401 – listens to Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fashionsite.settings")

app = Celery("fashionsite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_prerun.connect
def keep_good_connections(task: Task, **_: Any) -> None:
    """Goes on with the database connection of the task before, unless it is old or its server died.

    A task that is run where it is called has its caller's.
    """
    if not task.request.is_eager:
        close_old_connections()
