from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class RecommenderConfig(AppConfig):
    name = "recommender"
    verbose_name = gettext_lazy("Recommender")

    def ready(self) -> None:
        from celery.signals import worker_ready

        from catalog.importing.signals import wait_for_pictures
        from catalog.signals import pictures_changed
        from recommender import progress, tasks

        pictures_changed.connect(tasks.try_changed, dispatch_uid="recommender.try_changed")
        wait_for_pictures.connect(progress.wait, dispatch_uid="recommender.wait")
        worker_ready.connect(tasks.resume, dispatch_uid="recommender.resume")
