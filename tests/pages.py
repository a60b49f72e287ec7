"""What the tests read out of pages."""

import re

from django.test import Client


def skus(client: Client, address: str) -> set[str]:
    """The products on the page at that address."""
    response = client.get(address)
    assert response.status_code == 200
    return set(re.findall(r'data-sku="([^"]*)"', response.content.decode()))
