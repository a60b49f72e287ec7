"""Celery tasks of the statistics."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from recommender.statistics.models import Happening, ProductCount, SearchedWords

DAYS_OF_RARE_WORDS = 7


@shared_task
def forget() -> None:
    """Deletes counts that are older than the shop keeps them, and after a week words that hardly anybody searched."""
    today = timezone.localdate()
    for model in (SearchedWords, Happening, ProductCount):
        model.objects.filter(day__lte=today - timedelta(days=settings.STATISTICS_DAYS)).delete()
    SearchedWords.objects.fold_rare(before=today - timedelta(days=DAYS_OF_RARE_WORDS))
