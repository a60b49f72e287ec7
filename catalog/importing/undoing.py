"""An import taken back: what nothing has touched since becomes what it was; the rest stays, and is named."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext

from catalog.importing import jobs
from catalog.importing.models import LEFT, ImportJob
from catalog.importing.reading import RowIssue
from catalog.importing.writing import undo_changes, write_issues
from catalog.models import Product
from catalog.pictures import naming

SHOWN_LEFT = 20
State = ImportJob.State


@dataclass(frozen=True)
class Outlook:
    """What undoing an import would do, in products; `names` are the first of those that it would leave."""

    deleted: int
    archived: int
    brought_back: int
    put_back: int
    left: int
    names: list[str]

    @property
    def unnamed(self) -> int:
        """How many it would leave beside those that are named."""
        return self.left - len(self.names)

    @property
    def undone(self) -> int:
        """How many it would not leave."""
        return self.deleted + self.archived + self.brought_back + self.put_back


def look_ahead(job: ImportJob) -> Outlook:
    """What undoing the job would do now."""
    is_new = Q(before__isnull=True)
    was_archived = Q(before__is_archived=True)
    was_in_the_shop = ~is_new & ~was_archived
    counts = job.changes.untouched_since().aggregate(
        deleted=Count("pk", filter=is_new),
        archived=Count("pk", filter=was_archived),
        brought_back=Count("pk", filter=was_in_the_shop & Q(product__archived_at__isnull=False)),
        put_back=Count("pk", filter=was_in_the_shop & Q(product__archived_at=None)),
    )
    left = job.changes.touched_since().select_related("product").order_by("product__sku")
    return Outlook(**counts, left=left.count(), names=[str(change.product) for change in left[:SHOWN_LEFT]])


@transaction.atomic
def give_back(job: ImportJob) -> None:
    """Gives those of the job's products that nothing has touched since back what they were, and names the others.

    Raises NotNow when the job was deleted in the meantime.
    """
    naming.hold()
    jobs.hold(job, State.UNDOING)
    # Whoever saves one of the products now waits until it is what it was.
    Product.objects.filter(changes__job=job).hold()
    left = dict(job.changes.touched_since().values_list("pk", "product__sku"))
    reason = gettext("was changed since this import, so undoing has left it as it is")
    write_issues(job, (RowIssue(None, sku, LEFT, reason) for sku in left.values()))
    # What is not fetched yet is not wanted any more.
    job.picture_addresses.all().delete()
    job.save(update_fields=["issue_counts"])
    undo_changes(job.changes.exclude(pk__in=left))
    job.rows_taken.all().delete()
    jobs.finish(job, State.UNDONE)
