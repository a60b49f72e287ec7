"""The catalogue's administration."""

from functools import partial
from pathlib import Path

from django.contrib import admin
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.html import format_html

from catalog import images
from catalog.models import Category, ImportIssue, ImportJob, Product
from catalog.signals import pictures_changed


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    list_display = ("name", "parent")
    list_select_related = ("parent__parent",)
    search_fields = ("name",)
    autocomplete_fields = ("parent",)

    def save_model(self, request: HttpRequest, obj: Category, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        Product.objects.in_category(obj).refresh_search_words()


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    list_display = ("thumbnail", "sku", "name", "category", "gender", "base_colour")
    list_display_links = ("thumbnail", "sku")
    list_filter = ("gender", "season", "usage", "base_colour")
    list_select_related = ("category__parent__parent",)
    list_per_page = 50
    search_fields = ("sku", "name")
    autocomplete_fields = ("category",)
    readonly_fields = ("image_digest", "created_at", "updated_at")

    def save_model(self, request: HttpRequest, obj: Product, form: ModelForm, change: bool) -> None:
        obj.search_words = obj.collect_search_words()
        if "image" in form.changed_data:
            self._take_picture(obj, form.cleaned_data["image"])
        super().save_model(request, obj, form, change)
        transaction.on_commit(partial(pictures_changed.send, sender=Product, product_ids=[obj.pk]))

    def _take_picture(self, product: Product, upload: UploadedFile | None) -> None:
        if upload:
            product.image, product.image_digest = images.store(upload.read(), Path(upload.name).suffix)
        else:
            product.image, product.image_digest = "", ""

    @admin.display(description="picture")
    def thumbnail(self, product: Product) -> str:
        if not product.image:
            return "–"
        return format_html('<img src="{}" width="45" height="60" alt="" loading="lazy">', product.image.url)


@admin.register(ImportJob)
class ImportJobAdmin(admin.ModelAdmin):
    list_display = ("id", "state", "rows", "created", "updated", "unchanged", "rejected", "started_at", "finished_at")
    list_filter = ("state",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ImportJob | None = None) -> bool:
        return False


@admin.register(ImportIssue)
class ImportIssueAdmin(admin.ModelAdmin):
    list_display = ("job_id", "line", "sku", "reason")
    list_filter = ("job",)
    search_fields = ("sku", "reason")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ImportIssue | None = None) -> bool:
        return False
