"""Celery tasks of imports. The queue is only a hint: which imports are to go on stands in the database."""

import logging

from celery import shared_task
from django.utils import timezone

from catalog.handing_over import hand_over
from catalog.importing import abandoned, mailing, orphans, scheduling, uploads
from catalog.importing.advancing import advance
from catalog.importing.collecting import collect
from catalog.importing.models import PictureAddress
from catalog.pictures.naming import PicturesInUse

logger = logging.getLogger(__name__)


@shared_task
def attend_to_imports() -> None:
    """Goes on before whatever else is queued, as staff wait for it: a preview is made at once."""
    go_on_with_imports()


@shared_task
def go_on_with_imports() -> None:
    """Goes on for a few seconds, and lets what else is queued have its turn before it goes on again."""
    if advance():
        hand_over(go_on_with_imports)
    else:
        wake_collector()


@shared_task
def collect_pictures() -> None:
    """Fetches pictures for a few seconds, and lets what else is queued have its turn likewise."""
    if collect():
        wake_collector()


@shared_task
def look_at_sources() -> None:
    """Starts the scheduled imports that are due."""
    scheduling.look_at_due(timezone.now())
    hand_over(go_on_with_imports)


@shared_task
def tell_of_ends() -> None:
    mailing.tell_of_ends()


@shared_task
def sweep_uploads() -> None:
    """Deletes uploads that nobody needs any more, and ends imports that nobody goes on with."""
    abandoned.sweep(timezone.now())
    uploads.sweep(timezone.now())


@shared_task
def sweep_pictures() -> None:
    """Deletes pictures, and their renditions, that nobody needs any more."""
    try:
        swept = orphans.sweep(timezone.now())
    except PicturesInUse:
        logger.info("Pictures are named or backed up just now: those that nobody needs stay for another day")
    else:
        logger.info("Of %s pictures and renditions, %s that no row names are deleted", *swept)


def wake_importer(**_) -> None:
    """Has the next worker that is free look for imports to go on with. A worker that starts does so too."""
    hand_over(attend_to_imports)


def wake_collector() -> None:
    """Has a worker fetch the pictures that are due, if any are."""
    if PictureAddress.objects.due(timezone.now()).exists():
        hand_over(collect_pictures)


def wake_scheduler() -> None:
    """Has a worker look at the scheduled imports. Every minute it does so anyway."""
    hand_over(look_at_sources)


def wake_sweeper(**_) -> None:
    """Has a worker that starts sweep. Every hour one does so anyway."""
    hand_over(sweep_uploads)
