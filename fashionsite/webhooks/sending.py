"""Sends what is due, signed as https://www.standardwebhooks.com/ has it. A message may come twice, and has one id."""

import base64
import hashlib
import hmac
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from catalog.fetching import Answer, UnfetchableAddress, post
from catalog.outages import LONGEST_WAIT, MOST_TRIES, wait_after
from fashionsite.webhooks.models import SECRET_BEGINNING, Delivery, Endpoint

USER_AGENT = "visual-search-shop/1 (webhooks)"
SECONDS = 5.0
"""For one answer"""
SECONDS_AT_ONCE = 10.0
GIVEN_UP_AFTER = timedelta(days=3)
MOST_LETTERS = 500
"""Of an answer"""
GONE = 410
BUSY = (429, 503)
"""Who answers so is asked for nothing else meanwhile."""


def deliver(endpoint: int) -> bool:
    """Sends what is due for an endpoint, the oldest first, for some seconds; whether there may be more."""
    deadline = time.monotonic() + SECONDS_AT_ONCE
    while time.monotonic() < deadline:
        delivery = Delivery.objects.take(endpoint, timezone.now())
        if delivery is None:
            return False
        _send(delivery)
    return True


def signature(secret: str, message_id: str, timestamp: int, body: str) -> str:
    """What `webhook-signature` says of a message that is sent at that second since 1970."""
    key = base64.b64decode(secret.removeprefix(SECRET_BEGINNING))
    digest = hmac.digest(key, f"{message_id}.{timestamp}.{body}".encode(), hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"


def _send(delivery: Delivery) -> None:
    endpoint, now = delivery.endpoint, timezone.now()
    try:
        answer = post(
            endpoint.address, delivery.body.encode(), _headers(delivery, now), SECONDS, settings.WEBHOOK_NETWORKS
        )
    except UnfetchableAddress as error:
        delivery.status, delivery.answer = None, str(error)
        _wait(delivery, now, error.seconds, is_away=error.is_temporary)
    else:
        delivery.status, delivery.answer = answer.status, answer.beginning[:MOST_LETTERS]
        _note(delivery, answer, now)
    delivery.save(update_fields=["state", "due_at", "status", "answer"])


def _headers(delivery: Delivery, now: datetime) -> dict[str, str]:
    timestamp = int(now.timestamp())
    return {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(delivery.endpoint.secret, delivery.message_id, timestamp, delivery.body),
    }


def _note(delivery: Delivery, answer: Answer, now: datetime) -> None:
    if 200 <= answer.status < 300:
        delivery.state = Delivery.State.DELIVERED
    elif answer.status == GONE:
        # So the receiver says that it wants nothing more.
        delivery.state = Delivery.State.FAILED
        Endpoint.objects.filter(pk=delivery.endpoint_id).update(is_active=False)
    else:
        _wait(delivery, now, answer.seconds_to_wait, is_away=answer.status in BUSY)


def _wait(delivery: Delivery, now: datetime, seconds: float | None, is_away: bool) -> None:
    """Until the next try, if there is one. An endpoint that is away is not asked for its other messages meanwhile."""
    asked = min(timedelta(seconds=seconds or 0), LONGEST_WAIT)
    delivery.due_at = now + max(wait_after(delivery.tries), asked)
    if delivery.tries >= MOST_TRIES or now - delivery.wanted_at > GIVEN_UP_AFTER:
        delivery.state = Delivery.State.FAILED
    if is_away:
        others = delivery.endpoint.deliveries.filter(state=Delivery.State.WAITING).exclude(pk=delivery.pk)
        others.update(due_at=Greatest(F("due_at"), delivery.due_at))
