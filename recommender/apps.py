from django.apps import AppConfig


class RecommenderConfig(AppConfig):
    name = "recommender"

    def ready(self) -> None:
        from celery.signals import worker_ready

        from catalog.signals import pictures_changed
        from recommender import tasks

        pictures_changed.connect(tasks.enqueue, dispatch_uid="recommender.enqueue")
        worker_ready.connect(tasks.resume, dispatch_uid="recommender.resume")
