"""The life of an import in the tests, which are the worker themselves."""

from pathlib import Path

from catalog.importing.advancing import advance
from catalog.importing.models import ImportJob
from catalog.models import Product

State = ImportJob.State


def started(styles: Path, images: Path, state: str = State.READING) -> ImportJob:
    return ImportJob.objects.create(state=state, styles=str(styles), pictures=[str(images)])


def previewed(styles: Path, images: Path) -> ImportJob:
    job = started(styles, images)
    assert advance()
    job.refresh_from_db()
    assert job.state == State.READY, job.error
    return job


def finished(job: ImportJob) -> ImportJob:
    while advance():
        pass
    job.refresh_from_db()
    return job


def shop() -> list[dict]:
    columns = [field.attname for field in Product._meta.fields if not field.name.endswith("_at")]
    return list(Product.objects.order_by("sku").values(*columns, "written__text"))


def counts(job: ImportJob) -> tuple[int, int, int, int, int]:
    return job.rows, job.created, job.updated, job.unchanged, job.rejected
