"""Mails that say how an import ended, to whoever started it and to the addresses of the settings; and what fails.

Which end nobody has been told of stands in the database, so a mail server that is away costs no import and no mail: the
next minute tries again, for a day. Of scheduled imports only those are told of that failed, had issues or wait for a
person.
"""

import logging
from datetime import timedelta
from email.utils import formataddr, parseaddr
from smtplib import SMTPException
from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy

from catalog.appearance import current
from catalog.importing.models import ImportJob, ImportSource
from catalog.locking import Lock, alone

logger = logging.getLogger(__name__)
LONGEST_WAIT = timedelta(days=1)
SUBJECTS = {
    "done": gettext_lazy("The import of {file} is done"),
    "failed": gettext_lazy("The import of {file} has failed"),
    "ready": gettext_lazy("The import of {file} waits for you"),
}


def tell_of_ends() -> None:
    """Mails what is still to be told, each once, as only one process at a time does."""
    if not settings.EMAIL_URL:
        return
    with alone(Lock.MAIL) as is_mine:
        jobs = ImportJob.objects.to_tell_of(since=timezone.now() - LONGEST_WAIT) if is_mine else []
        sources = ImportSource.objects.failing().filter(is_failure_told=False) if is_mine else []
        try:
            for job in jobs:
                _tell(job)
            for source in sources:
                _tell_of_failure(source)
        except (SMTPException, OSError) as error:
            logger.warning("The mail server takes no mail now, and is asked again in a minute: %s", error)


def _tell(job: ImportJob) -> None:
    """Raises SMTPException and OSError."""
    if (recipients := recipients_of(job)) and not _is_nothing_special(job):
        EmailMessage(subject_of(job), text_of(job), sender(), recipients).send()
    ImportJob.objects.filter(pk=job.pk, state=job.state).update(told=job.state)


def sender() -> str:
    """The address of the settings, called by the shop."""
    return formataddr((current().name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))


def _tell_of_failure(source: ImportSource) -> None:
    """Once for all looks in vain that follow each other. Raises SMTPException and OSError."""
    if settings.IMPORT_MAIL_TO:
        subject = " ".join(gettext("The scheduled import {name} fails").format(name=source.name).split())
        text = f"{source.note}\n\n{_where(source)}\n"
        EmailMessage(subject, text, sender(), settings.IMPORT_MAIL_TO).send()
    ImportSource.objects.failing().filter(pk=source.pk).update(is_failure_told=True)


def recipients_of(job: ImportJob) -> list[str]:
    starter = [job.started_by.email] if job.started_by and job.started_by.email else []
    return list(dict.fromkeys([*settings.IMPORT_MAIL_TO, *starter]))


def _is_nothing_special(job: ImportJob) -> bool:
    return job.source is not None and job.state == job.State.DONE and not job.issue_counts


def subject_of(job: ImportJob) -> str:
    # A name has whatever signs a file has; a subject is one line.
    return " ".join(_said(job).split())


def text_of(job: ImportJob) -> str:
    return render_to_string("importing/mail.txt", {"job": job, "said": _said(job), "where": _where(job)})


def _where(told_of: ImportJob | ImportSource) -> str:
    """The address of its page, or where the shop does not know its own, how to come there."""
    if settings.SITE_URL:
        return urljoin(settings.SITE_URL, told_of.get_absolute_url())
    return gettext("Look in the shop's administration, under {place}.").format(
        place=capfirst(str(told_of._meta.verbose_name_plural))
    )


def _said(job: ImportJob) -> str:
    return SUBJECTS[job.state].format(file=job.file_name)
