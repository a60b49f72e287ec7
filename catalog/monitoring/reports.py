"""Errors that nobody has caught, sent to a Sentry, or to what understands its language."""

import sentry_sdk
from sentry_sdk.types import Event, Hint

from catalog.monitoring.identity import request_id


def send_to(address: str) -> None:
    """From now on errors, and lines of the log at the level of an error, are sent there; of persons nothing is."""
    sentry_sdk.init(
        dsn=address,
        send_default_pii=False,
        # A variable may be what somebody typed, or a photo.
        include_local_variables=False,
        max_request_body_size="never",
        before_send=_tell_no_more_than_needed,
    )


def _tell_no_more_than_needed(event: Event, hint: Hint) -> Event:
    event.setdefault("tags", {})["request_id"] = request_id.get()
    # Words, and addresses of photos.
    event.get("request", {}).pop("query_string", None)
    return event
