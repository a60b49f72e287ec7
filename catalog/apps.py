from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "catalog"

    def ready(self) -> None:
        from catalog import tasks
        from catalog.signals import pictures_changed

        pictures_changed.connect(tasks.enqueue_renditions, dispatch_uid="catalog.enqueue_renditions")
