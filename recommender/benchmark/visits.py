"""Visits of the shop within this process."""

import random
from functools import cache
from http import HTTPStatus
from ipaddress import IPv4Address

from django.conf import settings
from django.http import HttpResponseBase
from django.test import Client

SOMEWHERE = int(IPv4Address("10.0.0.0"))


def get(address: str) -> None:
    """Raises RuntimeError where there is no answer."""
    _check(address, _somebody().get(address))


def post(address: str, values: dict[str, object]) -> None:
    """Raises RuntimeError where there is no answer."""
    _check(address, _somebody().post(address, values))


@cache
def _browser() -> Client:
    """One for all: with a new one the site's middlewares are made anew, which takes longer than a page."""
    host = next((host for host in settings.ALLOWED_HOSTS if host != "*"), "localhost")
    return Client(HTTP_HOST=host.lstrip("."))


def _somebody() -> Client:
    """Somebody else at every request, so that no limit by address is met, who has seen nothing before."""
    browser = _browser()
    browser.cookies.clear()
    browser.defaults["REMOTE_ADDR"] = str(IPv4Address(SOMEWHERE + random.randrange(1 << 24)))
    return browser


def _check(address: str, answer: HttpResponseBase) -> None:
    if answer.status_code != HTTPStatus.OK:
        raise RuntimeError(f"{address} answers with {answer.status_code}")
