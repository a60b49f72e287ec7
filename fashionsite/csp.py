"""The log line of a browser that was kept from what the content security policy forbids."""

import json
import logging
import re

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from catalog.limits import Reports, limited

logger = logging.getLogger(__name__)
MOST_BYTES = 16_384
MOST_LETTERS = 120
SAID = {
    "directive": ("effectiveDirective", "effective-directive", "violated-directive"),
    "blocked": ("blockedURL", "blocked-uri"),
    "page": ("documentURL", "document-uri"),
    "source": ("sourceFile", "source-file"),
    "line": ("lineNumber", "line-number"),
}
"""What the log says, and what it is called in the reports of the Reporting API, and in those from before it."""


# Browsers send no token along. There is nothing to forge: whoever likes may send one.
@csrf_exempt
@require_POST
@limited(Reports)
def report(request: HttpRequest) -> HttpResponse:
    """Writes the first violation that a browser reports to the log, in one short line."""
    try:
        violation = _violation(request.read(MOST_BYTES + 1))
    except (ValueError, RecursionError, OSError):
        return HttpResponseBadRequest("This is no report of a content security policy.", content_type="text/plain")
    logger.warning("A browser kept to the content security policy: %s", violation)
    return HttpResponse(status=204)


def _violation(content: bytes) -> str:
    """Raises ValueError and RecursionError."""
    said = json.loads(content)
    if isinstance(said, list) and said:
        said = said[0]
    if not isinstance(said, dict):
        raise ValueError("neither a report nor a list of them")
    found = said.get("body") or said.get("csp-report")
    if not isinstance(found, dict):
        raise ValueError("a report of something else")
    values = ((name, next((found[key] for key in keys if key in found), "")) for name, keys in SAID.items())
    return ", ".join(f"{name} {_short(value)}" for name, value in values)


def _short(value: object) -> str:
    """Without what an address asks for, which is nobody's business, and without line breaks."""
    return ascii(re.split("[?#]", str(value), maxsplit=1)[0][:MOST_LETTERS])
