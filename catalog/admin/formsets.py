"""What the rows of tables in forms of the administration have in common."""

from typing import TYPE_CHECKING

from django.forms import BaseInlineFormSet, ModelForm
from django.utils.text import capfirst

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class LabelledFormSet(BaseInlineFormSet):
    """The head of a column is no label of the fields below it: each says of which row it is, and what."""

    row: "StrOrPromise"
    """What a row is"""

    def add_fields(self, form: ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        row = f"{self.row} {'' if index is None else index + 1}".strip()
        for name, field in form.fields.items():
            field.widget.attrs["aria-label"] = capfirst(f"{row}: {field.label or name}")
