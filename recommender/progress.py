"""Imports at the terminal: a bar of rows, a bar of embeddings, and a report of what came of them."""

import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from catalog.importing.jobs import import_catalog
from catalog.importing.tables import Table, UnusableFile
from catalog.models import ImportJob, Product
from catalog.tasks import PRODUCTS_PER_TASK
from recommender import embedding, querysets, registry

SECONDS_BETWEEN_LOOKS = 0.5
SECONDS_WITHOUT_WORKER = 10


def import_with_progress(command: BaseCommand, styles: Path, images: Path, wait: bool) -> None:
    """Imports with a bar and prints every issue and a summary; `wait` stays until every picture is embedded.

    Raises CommandError when the files cannot be used.
    """
    for path in (styles, images):
        if not path.exists():
            raise CommandError(f"{path} does not exist")
    try:
        with tqdm(total=Table(styles).count_lines(), desc="Importing", unit="row") as bar:
            job = import_catalog(styles, images, bar.update)
    except (UnusableFile, OSError) as error:
        raise CommandError(str(error)) from error
    for issue in job.issues.all():
        command.stderr.write(f"line {issue.line}, id {issue.sku or '?'}: {issue.reason}")
    _report_import(command, job)
    if wait:
        _wait(command, job)


def _report_import(command: BaseCommand, job: ImportJob) -> None:
    command.stdout.write(
        f"{job.rows} rows: {job.created} new, {job.updated} changed, {job.unchanged} unchanged, "
        f"{job.rejected} rejected; {job.issues.count()} issues"
    )


def _wait(command: BaseCommand, job: ImportJob) -> None:
    """Follows the workers until nothing waits, embedding here when none of them makes progress; then sums up."""
    encoder = registry.active_encoder()
    embedded = encoder.embeddings.filter(created_at__gte=job.started_at)
    left = querysets.waiting(encoder).count()
    with tqdm(total=left + embedded.count(), desc="Embedding", unit="image") as bar:
        last_progress, is_alone = time.monotonic(), False
        while left:
            is_alone = is_alone or time.monotonic() - last_progress > SECONDS_WITHOUT_WORKER
            if is_alone:
                bar.set_description("Embedding here, as no worker does")
                embedding.embed_products(embedding.waiting_ids()[:PRODUCTS_PER_TASK])
            else:
                time.sleep(SECONDS_BETWEEN_LOOKS)
            left, before = querysets.waiting(encoder).count(), left
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
