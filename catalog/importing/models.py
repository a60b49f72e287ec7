"""An import, what it changed, and what was wrong with its files."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import islice
from pathlib import Path, PurePath
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from catalog.importing import own
from catalog.importing.formats import read_table
from catalog.importing.preview import Preview
from catalog.importing.querysets import (
    AT_WORK,
    ChosenColumnsQuerySet,
    ImportChangeQuerySet,
    ImportJobQuerySet,
    ImportSourceQuerySet,
    PictureAddressQuerySet,
)
from catalog.importing.reading import RowIssue, RowReader, guess_mapping, lists_of_paths
from catalog.importing.survey import Survey, take_survey
from catalog.importing.tables import Table, UnusableFile, copy_records
from catalog.importing.variants import put_together
from catalog.models import FurtherPicture, Product
from catalog.terms import LINK_LENGTH

KEPT_ISSUES = 10_000
"""Of each kind"""

LEFT = gettext_noop("left as it is")
"""The kind of the issues that undoing makes of products that were changed since."""
KINDS = (
    gettext_noop("bad date"),
    gettext_noop("bad id"),
    gettext_noop("bad link"),
    gettext_noop("bad price"),
    gettext_noop("bad value"),
    gettext_noop("doubtful id"),
    gettext_noop("doubtful price"),
    LEFT,
    gettext_noop("no currency"),
    gettext_noop("no id"),
    gettext_noop("no name"),
    gettext_noop("no picture"),
    gettext_noop("no row"),
    gettext_noop("not archived"),
    gettext_noop("picture address"),
    gettext_noop("refused file"),
    gettext_noop("repeated header"),
    gettext_noop("repeated id"),
    gettext_noop("too few columns"),
    gettext_noop("too many columns"),
    gettext_noop("unreadable picture"),
    gettext_noop("unreadable row"),
    gettext_noop("zeros missing"),
)
"""What an issue is of; kept as it stands here, and translated where it is shown."""


class ImportSource(models.Model):
    """A folder, or a table at an address, that is imported again and again by itself; times are in UTC."""

    class Every(models.TextChoices):
        HOUR = "hour", _("Hour")
        DAY = "day", _("Day")
        WEEK = "week", _("Week")

    class Weekday(models.IntegerChoices):
        MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = WEEKDAYS.items()

    name = models.CharField(_("name"), max_length=100, unique=True)
    folder = models.CharField(
        _("folder"),
        max_length=500,
        blank=True,
        help_text=_("Below the folder for imports: one table, and the pictures or zips."),
    )
    address = models.CharField(
        _("or an address"), max_length=1000, blank=True, help_text=_("Of a table on the public internet.")
    )
    is_on = models.BooleanField(_("on"), default=True)
    every = models.CharField(_("every"), max_length=4, choices=Every, default=Every.DAY)
    at = models.TimeField(_("at"), default=time(3), help_text=_("In UTC; of an hourly import only the minute counts."))
    weekday = models.PositiveSmallIntegerField(
        _("weekday"), choices=Weekday, default=Weekday.MONDAY, help_text=_("For a weekly one.")
    )
    archive_missing = models.BooleanField(
        _("archive what is missing"), default=False, help_text=_("Products that the file does not name leave the shop.")
    )
    due_at = models.DateTimeField(_("next time"), null=True, editable=False)
    stamp = models.CharField(
        _("digest of the files' names, sizes and times"), max_length=64, blank=True, editable=False
    )
    stamped_at = models.DateTimeField(_("when they were first seen so"), null=True, editable=False)
    looked_at = models.DateTimeField(_("last time"), null=True, editable=False)
    note = models.CharField(_("what came of it"), max_length=1000, blank=True, editable=False)

    version = models.JSONField("address and version of what was fetched last", default=dict, editable=False)
    failures = models.PositiveSmallIntegerField("looks in vain, one after the other", default=0, editable=False)
    is_failure_told = models.BooleanField(default=False, editable=False)

    objects = ImportSourceQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("scheduled import")
        verbose_name_plural = _("scheduled imports")
        constraints = [
            models.CheckConstraint(
                condition=(Q(folder="") & ~Q(address="")) | (~Q(folder="") & Q(address="")),
                name="import_source_is_folder_or_address",
                violation_error_message=_("Give either a folder or an address: one of them, and not both."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("admin:importing_importsource_change", args=[self.pk])

    def plan(self, now: datetime) -> None:
        """Sets when it is due next; it is not saved."""
        self.due_at = self._next_time(now) if self.is_on else None

    def _next_time(self, now: datetime) -> datetime:
        local = timezone.localtime(now)
        if self.every == self.Every.HOUR:
            first, step = local.replace(minute=self.at.minute, second=0, microsecond=0), timedelta(hours=1)
        else:
            first, step = datetime.combine(local, self.at, local.tzinfo), timedelta(days=1)
        if self.every == self.Every.WEEK:
            first, step = first + timedelta(days=(self.weekday - first.weekday()) % 7), timedelta(days=7)
        return first if first > now else first + step


class ImportJob(models.Model):
    """One import: what it is to bring in and how, how far it is, and what came of it."""

    class State(models.TextChoices):
        READING = "reading", _("being read")
        READY = "ready", _("to be confirmed")
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")
        FAILED = "failed", _("Failed")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("Undone")

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    styles = models.CharField("styles file", max_length=1000)
    address = models.CharField("of the table, where it is fetched", max_length=1000, blank=True)
    pictures = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    currency = models.CharField("of prices that name none", max_length=3, blank=True)
    links = models.CharField("pattern of those that rows do not name", max_length=LINK_LENGTH, blank=True)
    repair = models.BooleanField(default=True)
    archive_missing = models.BooleanField(default=False)
    remove_sample = models.BooleanField(default=False)
    encoding = models.CharField(max_length=20, blank=True)
    separator = models.CharField("character between the cells", max_length=1, blank=True)
    header = models.JSONField("names of the columns", default=list)
    kind = models.CharField("kind of file", max_length=200, blank=True)
    lines = models.PositiveIntegerField("lines of the file", default=0)
    empty_lines = models.PositiveIntegerField(default=0)
    survey_json = models.JSONField("what the file is like as a whole", default=dict, editable=False)
    place = models.JSONField("where in the copy of the file the next row begins", default=int, editable=False)
    stamp = models.JSONField("size of the file and when it was written", default=list, editable=False)
    preview_json = models.JSONField("preview", null=True, editable=False)
    rows_previewed = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField("rows to read", null=True)
    merged = models.PositiveIntegerField("rows that are sizes or colours of products in other rows", default=0)
    rows = models.PositiveIntegerField(_("rows read"), default=0)
    created = models.PositiveIntegerField(_("new"), default=0)
    updated = models.PositiveIntegerField(_("changed"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    rejected = models.PositiveIntegerField(_("rejected"), default=0)
    lost = models.PositiveIntegerField("rows of nobody knows which product", default=0)
    issue_counts = models.JSONField("issues of each kind, those too that are not kept", default=dict)
    archived = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    source = models.ForeignKey(
        ImportSource,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="jobs",
        verbose_name=_("source"),
    )
    digest = models.CharField("digest of its files", max_length=64, blank=True, editable=False)
    confirms_itself = models.BooleanField(default=False, editable=False)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, verbose_name=_("started by")
    )
    started_at = models.DateTimeField(_("started at"), auto_now_add=True)
    run_at = models.DateTimeField("running since", null=True, editable=False)
    run_from = models.PositiveIntegerField("rows read before that", default=0, editable=False)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    told = models.CharField("state that was mailed last", max_length=10, choices=State, blank=True, editable=False)

    objects = ImportJobQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [
            models.CheckConstraint(
                condition=Q(rows=F("created") + F("updated") + F("unchanged") + F("rejected")),
                name="import_job_adds_up",
            ),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="running"), name="import_job_one_runs_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return gettext("import {number} of {file}").format(number=self.pk, file=self.file_name)

    def get_absolute_url(self) -> str:
        return reverse("admin:importing_importjob_change", args=[self.pk])

    @property
    def file_name(self) -> str:
        return PurePath(self.styles).name or PurePath(unquote(urlsplit(self.address).path)).name or "table.csv"

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK

    @property
    def has_written(self) -> bool:
        """Whether it has begun to write products; a preview writes none."""
        return self.run_at is not None

    @property
    def folder(self) -> Path:
        """Where the files lie that are the job's alone."""
        return settings.VAR_DIR / "imports" / str(self.pk)

    @property
    def table(self) -> Table:
        """The copy of the file's rows, from the next row on."""
        return Table(self.folder / "rows.jsonl", self.header, self.separator or ",", self.place or 0)

    @property
    def survey(self) -> Survey:
        return Survey.from_json(self.survey_json)

    def reader(self, repair: bool) -> RowReader:
        """Reads the records of the table. Raises UnusableFile as RowReader does."""
        return RowReader(self.header, self.separator, self.mapping, repair, self.survey, self.links)

    @property
    def issues_left_out(self) -> int:
        """How many issues are counted and not kept."""
        return sum(max(count - KEPT_ISSUES, 0) for count in self.issue_counts.values())

    @property
    def preview(self) -> Preview | None:
        """None before there is one."""
        return Preview.from_json(self.preview_json) if self.preview_json else None

    @property
    def columns(self) -> list[str]:
        """What to call each column of the table, even one without a name."""
        return [name or gettext("column {number}").format(number=number) for number, name in enumerate(self.header, 1)]

    @property
    def ignored_columns(self) -> list[str]:
        """The columns of the table that are not imported."""
        return [name for number, name in enumerate(self.columns) if number not in self.mapping.values()]

    @property
    def rows_per_second(self) -> float:
        """Since it began to run, or went on; 0 before that."""
        seconds = ((self.finished_at or timezone.now()) - self.run_at).total_seconds() if self.run_at else 0
        return (self.rows - self.run_from) / seconds if seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """At the speed so far; None before there is one."""
        speed = self.rows_per_second
        if self.total is None or not speed or self.state != self.State.RUNNING:
            return None
        return (self.total - self.rows) / speed

    def detect(self) -> None:
        """Copies the rows, and finds out how they are written, which columns are known and what they are like.

        It is not saved. Raises UnusableFile and OSError.
        """
        self.stamp = _stamp_of(self.styles)
        self.copy_table()
        self.place = 0
        if not self.mapping:
            chosen = ChosenColumns.objects.of(self.header)
            self.mapping = chosen.mapping if chosen else guess_mapping(self.header)
            self.currency, self.links = (chosen.currency, chosen.links) if chosen else ("", "")
        self._put_variants_together()
        with self.table.records() as records:
            self.survey_json = take_survey(
                records,
                self.mapping,
                own.damaged_skus(),
                own.uses(),
                own.known_among,
                len(self.header),
                self.currency or settings.CURRENCY,
                lists_of_paths(self.header, self.mapping),
            ).to_json()

    def copy_table(self) -> None:
        source = read_table(Path(self.styles))
        self.encoding, self.separator, self.header = source.encoding, source.separator, source.header
        self.total = copy_records(source, self.table.path)
        self.kind, self.lines, self.empty_lines = source.kind, source.lines, source.empty

    def _put_variants_together(self) -> None:
        self.merged = put_together(replace(self.table, start=0), self.mapping)
        self.total = (self.total or 0) - self.merged

    def check_table(self) -> None:
        """Makes the copy of the rows anew where it is gone.

        Raises UnusableFile where the file is another one by now, as no place in it is right any more.
        """
        if self.table.path.exists():
            return
        if self.is_written_again:
            raise UnusableFile(
                gettext("{file} was written again while it was imported; import it anew").format(file=self.file_name)
            )
        self.copy_table()
        self._put_variants_together()
        with replace(self.table, start=0).records() as records:
            self.place = next((records.place for _ in islice(records, self.rows - 1, None)), 0) if self.rows else 0

    @property
    def is_written_again(self) -> bool:
        """Whether the file is another one than was detected."""
        return self.stamp != _stamp_of(self.styles)

    def count_issues(self, issues: Iterable[RowIssue]) -> list[RowIssue]:
        """The issues that are to be kept; all are counted. It is not saved."""
        kept = []
        for issue in issues:
            count = self.issue_counts[issue.kind] = self.issue_counts.get(issue.kind, 0) + 1
            is_kept = count <= KEPT_ISSUES
            # A refused row that is not kept cannot say any more which product it names.
            self.lost += issue.is_lost or (issue.kind == "bad value" and not is_kept)
            if is_kept:
                kept.append(issue)
        return kept

    @property
    def has_chosen_columns(self) -> bool:
        """Whether staff chose which column is what, for this file or one before it with the same header."""
        chosen = ChosenColumns.objects.of(self.header)
        return chosen is not None and chosen.mapping == self.mapping

    @property
    def left(self) -> int:
        """How many products undoing has left as they are."""
        return self.issue_counts.get(LEFT, 0)

    @property
    def pictures_to_fetch(self) -> dict[str, int]:
        """How many of its picture addresses are `waiting`, `fetched` and `failed`; empty where it has none."""
        states = dict(self.picture_addresses.order_by().values_list("state").annotate(count=Count("pk")))
        return dict.fromkeys(PictureAddress.State.values, 0) | states if states else {}

    @property
    def fetching_trouble(self) -> str:
        """Why a picture that waits to be fetched could not be had so far; "" where none was tried in vain."""
        tried = self.picture_addresses.waiting().exclude(reason="").order_by("-tries", "pk").first()
        return f"{tried.host}: {tried.reason}" if tried else ""

    @property
    def further_pictures(self) -> int:
        """How many the products have that it wrote."""
        return FurtherPicture.objects.filter(product__changes__job=self).count()

    @property
    def is_moving(self) -> bool:
        """Whether its page has anything to wait for."""
        return self.is_at_work or self.picture_addresses.waiting().exists()

    def named_skus(self) -> set[str]:
        """The ids that the rows so far name, even those that were refused."""
        refused = self.issues.exclude(line=None).values_list("sku", flat=True)
        return {*self.rows_taken.values_list("sku", flat=True), *refused}


def _stamp_of(path: str) -> list[int]:
    """[Bytes, nanoseconds since 1970] of a file."""
    found = Path(path).stat()
    return [found.st_size, found.st_mtime_ns]


class PictureAddress(models.Model):
    """Where a picture of a product is to be fetched from, or was; those that wait are what is still to be fetched."""

    class State(models.TextChoices):
        WAITING = "waiting"
        FETCHED = "fetched"
        FAILED = "failed"

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="picture_addresses")
    product = models.ForeignKey(Product, models.CASCADE, related_name="picture_addresses")
    position = models.PositiveSmallIntegerField()
    line = models.PositiveIntegerField("line of the table")
    address = models.TextField()
    host = models.CharField(max_length=255)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField("how often it was tried in vain", default=0)
    due_at = models.DateTimeField("when it is tried next")
    reason = models.TextField("why it failed last", blank=True)
    image = models.CharField("name in the media storage", max_length=255, blank=True)
    image_digest = models.CharField("SHA-256 of the image", max_length=64, blank=True)

    objects = PictureAddressQuerySet.as_manager()

    class Meta:
        ordering = ["product", "position"]
        verbose_name_plural = "picture addresses"
        constraints = [
            models.UniqueConstraint(fields=["product", "position"], name="picture_address_position"),
            models.CheckConstraint(
                condition=Q(state="fetched", image_digest__gt="") | (~Q(state="fetched") & Q(image_digest="")),
                name="picture_address_fetched_has_image",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="waiting"), name="picture_address_waiting")]

    def __str__(self) -> str:
        return self.address


class ChosenColumns(models.Model):
    """What staff chose for files with one header, so that they need not choose it again."""

    header_digest = models.CharField("SHA-256 of the header", max_length=64, unique=True)
    mapping = models.JSONField()
    currency = models.CharField("of prices that name none", max_length=3, blank=True)
    links = models.CharField("pattern of those that rows do not name", max_length=LINK_LENGTH, blank=True)
    chosen_at = models.DateTimeField(auto_now=True)

    objects = ChosenColumnsQuerySet.as_manager()

    def __str__(self) -> str:
        return f"columns chosen at {self.chosen_at}"


class ImportRow(models.Model):
    """A row that a job has taken, kept until the job has ended: a later row of its id is a repeated one."""

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="rows_taken", db_index=False)
    sku = models.CharField("SKU", max_length=255)
    line = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "sku"], name="import_row_unique")]

    def __str__(self) -> str:
        return f"line {self.line}: {self.sku}"


class ImportChange(models.Model):
    """What an import did to one product, and what the product was before: null where it was not."""

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="changes")
    product = models.ForeignKey(Product, models.CASCADE, related_name="changes")
    before = models.JSONField(null=True)
    is_new_picture = models.BooleanField()
    found_at = models.DateTimeField("when the product was written before that", null=True)
    written_at = models.DateTimeField()

    objects = ImportChangeQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "product"], name="import_change_unique")]

    def __str__(self) -> str:
        return f"{self.product_id} by {self.job_id}"


class ImportIssue(models.Model):
    """What was wrong with one row, or with its picture."""

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="issues", verbose_name=_("job"))
    line = models.PositiveIntegerField(_("line"), null=True)
    sku = models.CharField(_("SKU"), max_length=255, blank=True)
    kind = models.CharField(_("kind"), max_length=40, choices=[(kind, _(kind)) for kind in KINDS])
    column = models.CharField(_("column"), max_length=1000, blank=True)
    value = models.CharField(_("value"), max_length=1000, blank=True)
    reason = models.TextField(_("reason"))

    class Meta:
        ordering = ["job", "line"]
        verbose_name = _("import issue")
        verbose_name_plural = _("import issues")

    def __str__(self) -> str:
        return gettext("line {line}: {text}").format(line=self.line, text=self.reason) if self.line else self.reason
