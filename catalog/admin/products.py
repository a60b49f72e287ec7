"""Categories and products in the administration."""

import math
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.forms import BaseInlineFormSet, BaseModelFormSet, CharField, Field, IntegerField, ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.admin.choosing import ChoosingAdmin
from catalog.admin.formsets import LabelledFormSet
from catalog.admin.known_values import KnownValues
from catalog.attributes import ATTRIBUTES, NAMES
from catalog.models import Category, FurtherPicture, Product, ProductDescription, ProductSize
from catalog.pictures import naming, storage
from catalog.pictures.decoding import suffix_of
from catalog.pictures.fields import PictureField
from catalog.pictures.media import media
from catalog.querysets import ProductQuerySet
from catalog.signals import pictures_changed
from catalog.terms import DESCRIPTION_LENGTH, MOST_FURTHER_PICTURES

if TYPE_CHECKING:
    from django.contrib.admin.filters import _ListFilterChoices

THUMBNAIL = '<img src="{}" width="45" height="60" alt="{}" loading="lazy">'
OFFERED = [attribute.name for attribute in ATTRIBUTES if attribute.numbers is None]
"""The attributes whose values the form offers"""


@admin.register(Category)
class CategoryAdmin(ChoosingAdmin):
    list_display = ("name", "parent")
    list_select_related = ("parent__parent",)
    search_fields = ("name",)
    autocomplete_fields = ("parent",)

    def save_model(self, request: HttpRequest, obj: Category, form: ModelForm, change: bool) -> None:
        if change:
            Product.objects.in_category(obj).hold()
        super().save_model(request, obj, form, change)
        Product.objects.in_category(obj).refresh_search()


class ValuesFilter(admin.AllValuesFieldListFilter):
    """The values of an attribute; what has none has a name, too."""

    def choices(self, changelist: ChangeList) -> "Iterator[_ListFilterChoices]":
        for choice in super().choices(changelist):
            choice["display"] = choice["display"] or gettext("unknown")
            yield choice


class FurtherPictureForm(ModelForm):
    """A picture with its place among the others, which two of them may share until all are saved."""

    place = IntegerField(label=_("place"), min_value=1, max_value=999, required=False)

    def __init__(self, *arguments: Any, **named: Any):
        super().__init__(*arguments, **named)
        self.initial.setdefault("place", self.instance.position)

    def stored(self) -> tuple[str, str]:
        """(name in the media storage, digest) of the picture."""
        if "image" in self.changed_data:
            return _stored(self.cleaned_data["image"])
        return str(self.initial["image"]), self.instance.image_digest


class FurtherPictureFormSet(LabelledFormSet):
    row = _("further picture")

    def clean(self) -> None:
        """Raises ValidationError where the pictures are not those any more that the page showed."""
        super().clean()
        if any("id" in form.errors for form in self.forms):
            raise ValidationError(
                gettext("These pictures were changed elsewhere meanwhile. Open the page anew, and change them there.")
            )


class FurtherPictureInline(admin.TabularInline):
    """The further pictures in the order of their places; a new one without a place comes last."""

    model = FurtherPicture
    form = FurtherPictureForm
    formset = FurtherPictureFormSet
    formfield_overrides: ClassVar = {models.ImageField: {"form_class": PictureField}}
    extra = 1
    max_num = MOST_FURTHER_PICTURES
    fields = ("place", "thumbnail", "image")
    readonly_fields = ("thumbnail",)

    def get_formset(self, request: HttpRequest, obj: Product | None = None, **options: Any) -> type[BaseInlineFormSet]:
        return super().get_formset(request, obj, validate_max=True, **options)

    @admin.display(description=_("picture"))
    def thumbnail(self, picture: FurtherPicture) -> str:
        if not picture.image_digest:
            return "–"
        alternative = gettext("Further picture {number}").format(number=picture.position)
        return format_html(THUMBNAIL, picture.image_address, alternative)


class ProductForm(ModelForm):
    """A product with its description, which has a table of its own."""

    description = CharField(
        max_length=DESCRIPTION_LENGTH,
        required=False,
        widget=AdminTextareaWidget,
        help_text=_("Plain text, with its line breaks."),
    )

    def __init__(self, *arguments: Any, **named: Any):
        super().__init__(*arguments, **named)
        self.initial.setdefault("description", self.instance.description)


class ProductSizeFormSet(LabelledFormSet):
    row = _("product size")


class ProductSizeInline(admin.TabularInline):
    model = ProductSize
    formset = ProductSizeFormSet
    extra = 0


@admin.register(Product)
class ProductAdmin(ChoosingAdmin):
    form = ProductForm
    formfield_overrides: ClassVar = {models.ImageField: {"form_class": PictureField}}
    list_display = ["thumbnail", "sku", "name", "category", "gender", "base_colour", "brand", "costs", "availability"]
    list_display_links = ("thumbnail", "sku")
    list_filter = (
        ("archived_at", admin.EmptyFieldListFilter),
        *((name, ValuesFilter) for name in (*NAMES, "currency")),
        *("availability", "condition"),
    )
    list_select_related = ("category__parent__parent",)
    list_per_page = 50
    search_fields = ("sku", "name")
    autocomplete_fields = ("category",)
    readonly_fields = ["picture", "image_digest", "created_at", "updated_at", "archived_at"]
    actions = ("archive", "bring_back")
    inlines = (FurtherPictureInline, ProductSizeInline)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """An import's page links to its products."""
        return lookup == "changes__job" or super().lookup_allowed(lookup, value, request)

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **options: Any) -> Field | None:
        if db_field.name in OFFERED:
            options["widget"] = KnownValues(db_field.name)
        field = super().formfield_for_dbfield(db_field, request, **options)
        if field and isinstance(db_field, models.DateTimeField):
            for widget, part in zip(field.widget.widgets, (gettext("date"), gettext("time")), strict=True):
                widget.attrs["aria-label"] = f"{field.label}: {part}"
        return field

    @admin.display(description=_("present picture"))
    def picture(self, product: Product) -> str:
        """As shoppers see it."""
        if not product.image:
            return "–"
        return format_html(
            '<a href="{}"><img src="{}" width="{}" height="{}" class="product-picture" alt="{}"></a>',
            product.largest_image_address,
            product.image_address,
            product.image_width or "",
            product.image_height or "",
            _alternative(product),
        )

    def save_model(self, request: HttpRequest, obj: Product, form: ModelForm, change: bool) -> None:
        naming.hold()
        obj.derive()
        if "image" in form.changed_data:
            obj.take_picture(*_stored(form.cleaned_data["image"]))
        super().save_model(request, obj, form, change)
        if "description" in form.changed_data:
            ProductDescription.objects.write({obj: form.cleaned_data["description"]})

    def delete_model(self, request: HttpRequest, obj: Product) -> None:
        Product.objects.filter(pk=obj.pk).hold()
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Product]) -> None:
        cast(ProductQuerySet, queryset).hold()
        super().delete_queryset(request, queryset)

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: list[BaseModelFormSet], change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        further = (formset for formset in formsets if formset.model is FurtherPicture)
        if "image" in form.changed_data or any(formset.has_changed() for formset in further):
            ids = [form.instance.pk]
            transaction.on_commit(partial(pictures_changed.send, sender=Product, product_ids=ids))

    def save_formset(self, request: HttpRequest, form: ModelForm, formset: BaseModelFormSet, change: bool) -> None:
        if formset.model is not FurtherPicture:
            super().save_formset(request, form, formset, change)
            return
        # It notes what is new, changed and deleted, for the history; all are written together, in their new order.
        formset.save(commit=False)
        # What was a further picture may be the product's own one now.
        if formset.has_changed() or "image" in form.changed_data:
            product = form.instance
            FurtherPicture.objects.write({product: _in_order(formset, but=product.image_digest)})

    @admin.action(description=_("Archive: hide from the shop and from search"), permissions=["change"])
    def archive(self, request: HttpRequest, products: ProductQuerySet) -> None:
        products.in_the_shop().update(archived_at=timezone.now(), updated_at=timezone.now())

    @admin.action(description=_("Bring back from the archive"), permissions=["change"])
    def bring_back(self, request: HttpRequest, products: ProductQuerySet) -> None:
        products.exclude(archived_at=None).update(archived_at=None, updated_at=timezone.now())

    @admin.display(description=_("price"), ordering="price")
    def costs(self, product: Product) -> str:
        return (
            gettext("{price} (sale)").format(price=product.shown_price_now)
            if product.is_on_sale
            else product.shown_price_now
        )

    @admin.display(description=_("picture"))
    def thumbnail(self, product: Product) -> str:
        if not product.image:
            return "–"
        return format_html(THUMBNAIL, product.image_address, _alternative(product))


def _alternative(product: Product) -> str:
    """What its picture is called for those who do not see it."""
    return gettext("Picture of {sku}").format(sku=product.sku)


def _in_order(formset: BaseModelFormSet, but: str) -> list[tuple[str, str]]:
    """(name in the media storage, digest) of the pictures that stay, each once, without the one of that digest."""
    forms = cast("list[FurtherPictureForm]", formset.forms)
    kept = [form for form in forms if form.cleaned_data.get("image") and form not in formset.deleted_forms]
    kept.sort(key=lambda form: form.cleaned_data["place"] or math.inf)
    names: dict[str, str] = {}
    for name, digest in (form.stored() for form in kept):
        names.setdefault(digest, name)
    names.pop(but, None)
    return [(name, digest) for digest, name in names.items()]


def _stored(upload: UploadedFile | None) -> tuple[str, str]:
    """(name in the media storage, digest) of an uploaded picture; empty where the product is to have none."""
    if not upload:
        return "", ""
    content = upload.read()
    stored = storage.store(content, suffix_of(content, Path(str(upload.name)).suffix))
    media.flush()
    return stored
