from django.apps import AppConfig
from django.urls import register_converter


class CatalogConfig(AppConfig):
    name = "catalog"

    def ready(self) -> None:
        from catalog import tasks
        from catalog.addresses import SkuConverter
        from catalog.signals import pictures_changed

        register_converter(SkuConverter, "sku")
        pictures_changed.connect(tasks.enqueue_renditions, dispatch_uid="catalog.enqueue_renditions")
