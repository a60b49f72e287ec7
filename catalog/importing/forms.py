"""What staff fill in at the import desk."""

from typing import Any
from zipfile import is_zipfile

from django import forms
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog import money
from catalog.fetching import UnfetchableAddress, host_of
from catalog.importing import uploads
from catalog.importing.models import ImportJob
from catalog.importing.offers import LinkPattern
from catalog.importing.reading import FIELDS, TECHNICAL, link_example
from catalog.importing.tables import UnusableFile
from catalog.importing.variants import NUMBERED, OPTIONS
from catalog.terms import LINK_LENGTH

IGNORED = ""


class ZipsField(forms.FileField):
    """Any number of uploaded zips, as a list. Whether their pictures can be read is seen when they are."""

    widget = type("SeveralFilesInput", (forms.ClearableFileInput,), {"allow_multiple_selected": True})

    def clean(self, data: list, initial: object = None) -> list:
        uploads = [super(ZipsField, self).clean(upload, initial) for upload in data or []]
        for upload in uploads:
            if not is_zipfile(upload):
                raise forms.ValidationError(gettext("{name} is no zip, or not all of it.").format(name=upload.name))
            upload.seek(0)
        return uploads


class StartForm(forms.Form):
    """What to import: uploads, or a folder on the server where one is set up for that."""

    styles = forms.FileField(
        label=_("Table of products"),
        required=False,
        help_text=_(
            "A csv file, whatever separates its cells: an export of Shopify or WooCommerce, or any table of yours; "
            "an Excel file (xlsx); or a product feed for Google Merchant Center (xml)."
        ),
    )
    pictures = ZipsField(
        label=_("Pictures"),
        required=False,
        help_text=_(
            "One or several zips of pictures that are named by the products' ids: 15970.jpg, 15970_2.jpg and so on. "
            "Not needed where the table has addresses of pictures on the public internet."
        ),
    )
    folder = forms.CharField(
        label=_("Or a folder on the server"), required=False, help_text=_("With one table, and the pictures or zips.")
    )

    address = forms.CharField(
        label=_("Or an address of the table"),
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        max_length=1000,
        help_text=_("On the public internet: the address of a product feed, say. A worker fetches it."),
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if settings.IMPORT_ROOT is None:
            del self.fields["folder"]

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned = self.cleaned_data
        if cleaned.get("folder"):
            try:
                cleaned["found"] = uploads.find_in_folder(cleaned["folder"])
            except UnusableFile as error:
                self.add_error("folder", gettext("Choose another folder: {error}.").format(error=error))
        elif cleaned.get("address"):
            try:
                host_of(cleaned["address"])
            except UnfetchableAddress as error:
                self.add_error("address", str(error))
        elif not cleaned.get("styles") and "styles" not in self.errors:
            self.add_error("styles", gettext("Choose the table of products."))
        return cleaned

    @transaction.atomic
    def start(self, request: HttpRequest) -> ImportJob:
        """The job, whose preview is being made as soon as this is committed."""
        job = ImportJob.objects.create(state=ImportJob.State.READING, started_by_id=request.user.pk)
        if found := self.cleaned_data.get("found"):
            job.styles, job.pictures = found
        elif address := self.cleaned_data["address"]:
            job.address = address
        else:
            uploads.keep(job, self.cleaned_data["styles"], self.cleaned_data["pictures"])
        job.save()
        return job


class MappingForm(forms.Form):
    """Which field each column of the table fills, and what the rows themselves do not say."""

    LABELS = {name: _(name.replace("_", " ")) for name in FIELDS} | {
        "sku": _("id"),
        "master_category": _("master category"),
        "sub_category": _("sub category"),
        "article_type": _("article type"),
        "picture_addresses": _("picture addresses"),
        "further_picture_addresses": _("further picture addresses"),
        "old_price": _("old price"),
        "sale_dates": _("sale dates"),
        "stock": _("stock"),
        "size": _("size"),
        "group": _("group"),
        "age_group": _("age group"),
        "published": _("published"),
        "status": _("status"),
        "visibility": _("visibility"),
        "description": _("description"),
        "stock_policy": _("what happens at no stock"),
        "stock_tracker": _("who counts the stock"),
        "record_id": _("number in the other shop"),
        "variant_picture": _("picture of the variant"),
        "picture_position": _("position of the picture"),
        **{name: format_lazy(_("picture {number}"), number=name.removeprefix("picture_")) for name in NUMBERED},
        **{f"option{number}_name": format_lazy(_("name of option {number}"), number=number) for number in OPTIONS},
        **{f"option{number}_value": format_lazy(_("value of option {number}"), number=number) for number in OPTIONS},
    }
    """Fields of products are called as in the administration."""
    CHOICES = ((IGNORED, _("– not imported –")), *(one for one in LABELS.items() if one[0] not in TECHNICAL))

    currency = forms.CharField(
        label=_("Currency of prices that name none"),
        required=False,
        max_length=3,
        widget=forms.TextInput(attrs={"size": 5, "placeholder": "EUR", "autocapitalize": "characters"}),
    )
    links = forms.CharField(
        label=_("Where products are bought"),
        required=False,
        max_length=LINK_LENGTH,
        widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false"}),
    )

    def __init__(self, job: ImportJob, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._header = job.header
        self.fields["currency"].initial = job.currency or settings.CURRENCY
        self.fields["links"].initial = job.links
        self.fields["links"].widget.attrs["placeholder"] = link_example(job.header, job.mapping)
        fields = {column: field for field, column in job.mapping.items()}
        samples = job.preview.samples if job.preview else []
        for number, name in enumerate(job.columns):
            self.fields[f"column{number}"] = forms.ChoiceField(
                label=name,
                choices=[*self.CHOICES, *((name, self.LABELS[name]) for name in TECHNICAL & {fields.get(number)})],
                required=False,
                initial=fields.get(number, IGNORED),
                help_text=", ".join(cells[number][:40] for cells in samples if number < len(cells) and cells[number]),
            )

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned = self.cleaned_data
        chosen = [field for field, _ in self._chosen()]
        if "sku" not in chosen:
            raise forms.ValidationError(gettext("Choose the column that holds the products' ids."))
        if repeated := {str(self.LABELS[field]) for field in chosen if chosen.count(field) > 1}:
            raise forms.ValidationError(
                gettext("More than one column is to fill: {columns}.").format(columns=", ".join(sorted(repeated)))
            )
        return cleaned

    def clean_currency(self) -> str:
        code = self.cleaned_data["currency"].upper()
        if code and not money.is_currency(code):
            raise forms.ValidationError(gettext("Write the three letters of a currency, like EUR."))
        return code

    def clean_links(self) -> str:
        pattern = self.cleaned_data["links"]
        try:
            if pattern:
                LinkPattern(pattern, self._header)
        except UnusableFile as error:
            raise forms.ValidationError(str(error)) from error
        return pattern

    def has_answers(self) -> bool:
        """Whether somebody wrote or chose what the preview does not know yet."""
        return any(name in self.data for name in self.changed_data)

    def columns(self) -> list[forms.BoundField]:
        return [field for field in self if field.name.startswith("column")]

    def _chosen(self) -> list[tuple[str, int]]:
        """The fields that are to be filled, each with the number of its column."""
        names = (field.name for field in self.columns())
        chosen = ((self.cleaned_data.get(name), int(name.removeprefix("column"))) for name in names)
        return [(field, number) for field, number in chosen if field]

    def mapping(self) -> dict[str, int]:
        return dict(self._chosen())
