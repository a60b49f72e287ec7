"""The Celery application of beat alone. It knows the schedule and no task: none of the shop is loaded."""

import os

from celery import Celery

from catalog.monitoring import tasks  # noqa: F401 – beat logs as the others do

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fashionsite.settings")

app = Celery("fashionsite", fixups=[])
app.config_from_object("django.conf:settings", namespace="CELERY")
