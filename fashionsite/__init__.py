"""The site: settings, addresses, the Celery application and the PostgreSQL that starts itself."""

from fashionsite.celery import app as celery_app

__all__ = ("celery_app",)
