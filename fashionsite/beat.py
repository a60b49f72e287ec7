"""The Celery application of beat alone. It knows the schedule and no task: none of the shop is loaded."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fashionsite.settings")

app = Celery("fashionsite", fixups=[])
app.config_from_object("django.conf:settings", namespace="CELERY")
