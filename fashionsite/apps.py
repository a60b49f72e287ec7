from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings

NOT_COLLECTED = ["*.js.map", "redoc", "swagger-ui-standalone-preset*"]
"""Of the documentation of the API, what no page asks for and what takes long to compress"""


class FashionsiteConfig(AppConfig):
    name = "fashionsite"

    def ready(self) -> None:
        from fashionsite import checks, language  # noqa: F401 – registers them, and listens to Celery

        staticfiles: Any = apps.get_app_config("staticfiles")
        staticfiles.ignore_patterns = [*staticfiles.ignore_patterns, *NOT_COLLECTED]
        if settings.SENTRY_DSN:
            from catalog.monitoring import reports

            reports.send_to(settings.SENTRY_DSN)
