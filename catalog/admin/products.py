"""Categories and products in the administration."""

from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import ImageField
from django.forms import CharField, ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.attributes import NAMES
from catalog.models import Category, FurtherPicture, Product, ProductDescription, ProductSize
from catalog.pictures import files, storage
from catalog.pictures.decoding import suffix_of
from catalog.pictures.fields import PictureField
from catalog.querysets import ProductQuerySet
from catalog.signals import pictures_changed
from catalog.terms import DESCRIPTION_LENGTH


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    list_display = ("name", "parent")
    list_select_related = ("parent__parent",)
    search_fields = ("name",)
    autocomplete_fields = ("parent",)

    def save_model(self, request: HttpRequest, obj: Category, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        Product.objects.in_category(obj).refresh_search()


class FurtherPictureInline(admin.TabularInline):
    """They come with imports; here they are looked at and taken away."""

    model = FurtherPicture
    extra = max_num = 0
    fields = readonly_fields = ("position", "thumbnail", "image_width", "image_height")

    @admin.display(description=_("picture"))
    def thumbnail(self, picture: FurtherPicture) -> str:
        return format_html('<img src="{}" width="45" height="60" alt="" loading="lazy">', picture.image_address)


class ProductForm(ModelForm):
    """A product with its description, which has a table of its own."""

    description = CharField(
        max_length=DESCRIPTION_LENGTH,
        required=False,
        widget=AdminTextareaWidget,
        help_text="Plain text, with its line breaks.",
    )

    def __init__(self, *arguments: Any, **named: Any):
        super().__init__(*arguments, **named)
        self.initial.setdefault("description", self.instance.description)


class ProductSizeInline(admin.TabularInline):
    model = ProductSize
    extra = 0


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    form = ProductForm
    formfield_overrides: ClassVar = {ImageField: {"form_class": PictureField}}
    list_display = ["thumbnail", "sku", "name", "category", "gender", "base_colour", "brand", "costs", "availability"]
    list_display_links = ("thumbnail", "sku")
    list_filter = (("archived_at", admin.EmptyFieldListFilter), *NAMES, "availability", "condition", "currency")
    list_select_related = ("category__parent__parent",)
    list_per_page = 50
    search_fields = ("sku", "name")
    autocomplete_fields = ("category",)
    readonly_fields = ["image_digest", "created_at", "updated_at", "archived_at"]
    actions = ("archive", "bring_back")

    def get_inlines(self, request: HttpRequest, obj: Product | None) -> list:
        return [ProductSizeInline, *([FurtherPictureInline] if obj and obj.further_pictures.exists() else [])]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """An import's page links to its products."""
        return lookup == "changes__job" or super().lookup_allowed(lookup, value, request)

    def save_model(self, request: HttpRequest, obj: Product, form: ModelForm, change: bool) -> None:
        obj.derive()
        if "image" in form.changed_data:
            obj.take_picture(*_stored(form.cleaned_data["image"]))
        super().save_model(request, obj, form, change)
        if "description" in form.changed_data:
            ProductDescription.objects.write({obj: form.cleaned_data["description"]})
        if "image" in form.changed_data:
            transaction.on_commit(partial(pictures_changed.send, sender=Product, product_ids=[obj.pk]))

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
        return format_html('<img src="{}" width="45" height="60" alt="" loading="lazy">', product.image_address)


def _stored(upload: UploadedFile | None) -> tuple[str, str]:
    """(name in the media storage, digest) of an uploaded picture; empty where the product is to have none."""
    if not upload:
        return "", ""
    content = upload.read()
    stored = storage.store(content, suffix_of(content, Path(str(upload.name)).suffix))
    files.flush()
    return stored
