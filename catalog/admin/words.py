"""The table of synonyms in the administration."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextInputWidget
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.models import Synonym
from catalog.words import index
from catalog.words.lexicon import present


class SynonymForm(forms.ModelForm):
    class Meta:
        error_messages = {"phrase": {"unique": _("What these words mean is in the table already; change it there.")}}


@admin.register(Synonym)
class SynonymAdmin(admin.ModelAdmin):
    form = SynonymForm
    list_display = ("phrase", "meanings")
    list_editable = ("meanings",)
    list_per_page = 100
    search_fields = ("phrase", "meanings")

    def get_changelist_form(self, request: HttpRequest, **options: Any) -> type[forms.ModelForm]:
        """In the list the head of the column is no label."""
        widget = AdminTextInputWidget({"aria-label": Synonym._meta.get_field("meanings").verbose_name})
        return super().get_changelist_form(request, widgets={"meanings": widget}, **options)

    def save_model(self, request: HttpRequest, obj: Synonym, form: forms.ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if meanings := _found_nowhere(obj):
            text = gettext("“{phrase}” is saved, but no product of the shop is called so: {meanings}.")
            messages.warning(request, text.format(phrase=obj.phrase, meanings=", ".join(meanings)))


def _found_nowhere(synonym: Synonym) -> list[str]:
    """Its meanings that no product in the shop has."""
    queries = {
        meaning: " & ".join(f"({index.standing_alone(word)})" for word in meaning.split())
        for meaning in synonym.meanings.split(", ")
    }
    there = present(list(queries.values()))
    return [meaning for meaning, query in queries.items() if query not in there]
