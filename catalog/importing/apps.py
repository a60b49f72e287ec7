from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class ImportingConfig(AppConfig):
    name = "catalog.importing"
    label = "importing"
    verbose_name = gettext_lazy("Importing")

    def ready(self) -> None:
        from celery.signals import worker_ready

        from catalog.importing import tasks

        worker_ready.connect(tasks.wake_importer, dispatch_uid="importing.wake_importer")
        worker_ready.connect(tasks.wake_sweeper, dispatch_uid="importing.wake_sweeper")
