from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class WebhooksConfig(AppConfig):
    name = "fashionsite.webhooks"
    label = "webhooks"
    verbose_name = gettext_lazy("Webhooks")

    def ready(self) -> None:
        from fashionsite.webhooks import tasks
        from recommender.signals import products_embedded

        products_embedded.connect(tasks.tell_of_products, dispatch_uid="webhooks.tell_of_products")
