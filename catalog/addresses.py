"""What an address asks for, and how an id stands in one."""

import re

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext

_UNSAFE = re.compile(r"[/\\~%]|^\.{1,2}$")
_LINK = re.compile(r"(https?://[^\s/\\?#]+|mailto:[^\s@]+@[^\s@?]+|tel:\+?[\d().-]+|/(?![/\\]))[^\s\\\x00-\x1f]*")
_ESCAPE = re.compile(r"(?:~[0-9A-Fa-f]{2})+")


class SkuConverter:
    """An id as a part of a path: AB~2F12 for AB/12, as proxies and browsers take %2F, %5C and dots for steps of a path.

    AB%2F12 is understood too.
    """

    regex = ".+"

    def to_python(self, value: str) -> str:
        """Raises ValueError, so that the address is nobody's, where the id has a NUL: PostgreSQL's text knows none."""
        sku = _ESCAPE.sub(lambda match: bytes.fromhex(match[0].replace("~", "")).decode("utf-8", "replace"), value)
        if "\0" in sku:
            raise ValueError("no id has a NUL")
        return sku

    def to_url(self, value: str) -> str:
        return _UNSAFE.sub(lambda match: "".join(f"~{byte:02X}" for byte in match[0].encode()), value)


def values_of(query: QueryDict, name: str) -> list[str]:
    """The values of a name, each once; none is empty."""
    return [value for value in dict.fromkeys(query.getlist(name)) if value]


def check_link(address: str) -> None:
    """Raises ValidationError where a link to it would run something, or lead where nobody expects."""
    if not _LINK.fullmatch(address):
        raise ValidationError(
            gettext("Write https://…, mailto:…, tel:…, or a path of this shop that begins with one /.")
        )
