"""An import taken back."""

from django.db import transaction

from catalog.importing import jobs
from catalog.importing.models import ImportJob
from catalog.importing.writing import undo_changes
from catalog.models import Product

State = ImportJob.State


@transaction.atomic
def give_back(job: ImportJob) -> None:
    """Gives the job's products back what they were; done again where one of them was touched in the meantime."""
    # Whoever saves one of the products now waits until it is what it was.
    list(Product.objects.filter(changes__job=job).select_for_update(of=("self",)).values_list("pk"))
    try:
        jobs.check_untouched(job)
    except jobs.NotNow as error:
        jobs.finish(job, State.DONE, str(error))
        return
    undo_changes(job.changes.all())
    job.rows_taken.all().delete()
    jobs.finish(job, State.UNDONE)
