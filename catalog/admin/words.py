"""The table of synonyms in the administration."""

from django.contrib import admin

from catalog.models import Synonym


@admin.register(Synonym)
class SynonymAdmin(admin.ModelAdmin):
    list_display = ("phrase", "meanings")
    list_editable = ("meanings",)
    list_per_page = 100
    search_fields = ("phrase", "meanings")
