"""The Celery application."""

import os

from celery import Celery

from catalog.monitoring import tasks  # noqa: F401 – listens to Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fashionsite.settings")

app = Celery("fashionsite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
