from django.apps import AppConfig
from django.conf import settings


class FashionsiteConfig(AppConfig):
    name = "fashionsite"

    def ready(self) -> None:
        from fashionsite import checks  # noqa: F401 – registers them

        if settings.SENTRY_DSN:
            from catalog.monitoring import reports

            reports.send_to(settings.SENTRY_DSN)
