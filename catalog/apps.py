from typing import Any

from django.apps import AppConfig
from django.apps import apps as all_apps
from django.db.models.signals import post_delete, post_migrate, post_save
from django.urls import register_converter
from django.utils.translation import gettext_lazy


class CatalogConfig(AppConfig):
    name = "catalog"
    verbose_name = gettext_lazy("Catalog")

    def ready(self) -> None:
        from catalog import tasks
        from catalog.addresses import SkuConverter
        from catalog.appearance import KEPT
        from catalog.models import Appearance, FooterLink
        from catalog.signals import pictures_changed

        register_converter(SkuConverter, "sku")
        pictures_changed.connect(tasks.enqueue_renditions, dispatch_uid="catalog.enqueue_renditions")
        for model in (Appearance, FooterLink):
            for changed in (post_save, post_delete):
                changed.connect(KEPT.forget, sender=model, dispatch_uid=f"catalog.appearance.{model.__name__}")
        post_migrate.connect(ship_synonyms, sender=self, dispatch_uid="catalog.ship_synonyms")


def ship_synonyms(using: str, apps: Any = all_apps, **_: object) -> None:
    """Gives a shop that has none the synonyms of the vocabulary."""
    from catalog.vocabulary import VOCABULARY

    try:
        synonyms = apps.get_model("catalog", "Synonym").objects.using(using)
    except LookupError:  # an earlier state of the database, which has no such table
        return
    if not synonyms.exists():
        synonyms.bulk_create(
            synonyms.model(phrase=phrase, meanings=", ".join(meanings))
            for phrase, meanings in VOCABULARY.meanings.items()
        )
