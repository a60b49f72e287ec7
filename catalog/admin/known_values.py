"""A field of the product's form that offers the values which products have already, and takes any other."""

from typing import Any

from django.contrib.admin.widgets import AdminTextInputWidget
from django.forms.renderers import BaseRenderer
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from catalog.models import Product


class KnownValues(AdminTextInputWidget):
    """A text with the values of an attribute to choose from."""

    def __init__(self, attribute: str):
        self._attribute = attribute
        self._list = f"known-{attribute}"
        super().__init__({"list": self._list})

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        values = ((known,) for known in Product.objects.known_values(self._attribute))
        options = format_html_join("", '<option value="{}"></option>', values)
        return super().render(name, value, attrs, renderer) + format_html(
            '<datalist id="{}">{}</datalist>', self._list, options
        )
