"""What the tests read out of pages."""

import re

from django.test import Client

NO_INLINES = {
    f"{inline}-{name}_FORMS": "0" for inline in ("sizes", "further_pictures") for name in ("TOTAL", "INITIAL")
}
"""What the form of a product tells of one without sizes and further pictures."""


def skus(client: Client, address: str) -> set[str]:
    """The products on the page at that address."""
    response = client.get(address)
    assert response.status_code == 200
    return set(re.findall(r'data-sku="([^"]*)"', response.content.decode()))
