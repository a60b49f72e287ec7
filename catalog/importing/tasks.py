"""Celery tasks of imports. The queue is only a hint: which imports are to go on stands in the database."""

import logging

from celery import shared_task
from kombu.exceptions import OperationalError

from catalog.importing.advancing import advance

logger = logging.getLogger(__name__)


@shared_task
def go_on_with_imports() -> None:
    """Goes on for a few seconds, and lets what else is queued have its turn before it goes on again."""
    if advance():
        wake_importer()


def wake_importer(**_) -> None:
    """Has a worker look for imports to go on with. A worker that starts does so too."""
    try:
        go_on_with_imports.delay()
    except OperationalError as error:
        # What a merchant asks for must not fail over a queue; the database knows that the job is to go on.
        logger.warning("The broker cannot be reached, so the workers find the import some seconds later: %s", error)
