"""Where staff make keys for programs, and say what those may do who have none."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fashionsite.api.models import Access, Key


@admin.register(Key)
class KeyAdmin(admin.ModelAdmin):
    list_display = ("name", "beginning", "may_read", "may_search", "may_write", "is_valid", "used_at", "created_at")
    readonly_fields = ("beginning", "used_at", "created_at")
    search_fields = ("name", "beginning")

    @admin.display(boolean=True, description=_("valid"))
    def is_valid(self, key: Key) -> bool:
        return not key.has_expired

    def save_model(self, request: HttpRequest, obj: Key, form: forms.ModelForm, change: bool) -> None:
        if not change:
            # For the page that answers, and for nobody after it.
            obj.text = obj.take_new_text()
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: Key, post_url_continue: str | None = None) -> HttpResponse:
        """The key's text, this once."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("The key of {name}").format(name=obj.name),
            "key": obj,
            "text": obj.text,
        }
        page = render(request, "api/key.html", context)
        page["Cache-Control"] = "private, no-store"
        return page


@admin.register(Access)
class AccessAdmin(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Access | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Access, form: forms.ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        cache.delete(Access.KEPT_UNDER)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is but one row, made when somebody first wants to see it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        Access.objects.get_or_create(pk=Access.ONLY)
        return redirect("admin:api_access_change", Access.ONLY)
