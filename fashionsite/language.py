"""The language that the shop speaks: its pages, and what workers note and mail."""

from celery.signals import task_postrun, task_prerun
from django.conf import settings
from django.utils import translation

from catalog import appearance


def of_the_shop() -> str:
    """What staff chose for it, otherwise the server's."""
    return appearance.current().language or settings.LANGUAGE_CODE


@task_prerun.connect
def take_up(**_: object) -> None:
    translation.activate(of_the_shop())


@task_postrun.connect
def lay_down(**_: object) -> None:
    translation.deactivate()
