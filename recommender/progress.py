"""The embeddings of an import at the terminal: a bar, and a report of what came of them."""

import time

from django.core.management.base import BaseCommand
from django.utils import timezone
from tqdm import tqdm

from catalog.importing.models import ImportJob
from catalog.models import Product
from recommender import embedding, querysets, registry
from recommender.models import Encoder

SECONDS_BETWEEN_LOOKS = 0.5
LONGEST_PAUSE = 2.0
REST = 20
"""A look at all that waits costs the database a core for a while; nobody looks for so many times as long after it."""
SECONDS_WITHOUT_WORKER = 10


def wait(job: ImportJob, command: BaseCommand, **_) -> None:
    """Follows the workers until nothing waits, embedding here when none of them makes progress; then sums up.

    A receiver of catalog.importing.signals.wait_for_pictures.
    """
    encoder = registry.active_encoder()
    embedded = encoder.embeddings.filter(created_at__gte=job.started_at)
    left, pause = _due(encoder), SECONDS_BETWEEN_LOOKS
    with tqdm(total=left + embedded.count(), desc="Embedding", unit="image") as bar:
        last_progress, is_alone = time.monotonic(), False
        while left:
            is_alone = is_alone or time.monotonic() - last_progress > SECONDS_WITHOUT_WORKER
            if is_alone:
                bar.set_description("Embedding here, as no worker does")
                embedding.embed_products(embedding.waiting_ids()[: embedding.AT_ONCE])
            else:
                time.sleep(pause)
            began = time.monotonic()
            left, before = _due(encoder), left
            pause = min(max(SECONDS_BETWEEN_LOOKS, REST * (time.monotonic() - began)), LONGEST_PAUSE)
            if left != before:
                last_progress = time.monotonic()
            bar.update(bar.total - left - bar.n)
    seconds = (timezone.now() - job.started_at).total_seconds()
    command.stdout.write(
        f"{Product.objects.count()} products, {Product.objects.with_picture().count()} images, "
        f"{querysets.searchable(encoder).count()} embeddings, {querysets.failed(encoder).count()} unreadable images, "
        f"{job.issues.count()} issues; embedded {embedded.count()} in {seconds:.1f} s, "
        f"{embedded.count() / seconds:.0f} images per second"
    )


def _due(encoder: Encoder) -> int:
    """How many pictures may be embedded now."""
    return querysets.due(encoder).count() + querysets.due_further(encoder).count()
