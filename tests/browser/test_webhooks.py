"""What the documentation says in JavaScript: a browser has the cryptography that servers have."""

import re
import time

from fashionsite.webhooks.models import Endpoint
from fashionsite.webhooks.sending import signature
from tests.processes import ROOT

SCRIPT = re.search(r"```js\n(.*?)```", (ROOT / "docs" / "webhooks.md").read_text(), re.DOTALL)[1]
ASK = f"""async ({{ secret, headers, body }}) => {{
  {SCRIPT}
  return isFromTheShop(secret, new Headers(headers), new TextEncoder().encode(body));
}}"""


def test_a_signature_is_verified_in_javascript(browser, live_server):
    page = browser.new_page()
    page.goto(f"{live_server.url}/healthz")
    secret, body, now = Endpoint().take_new_secret(), '{"a":"ü"}', int(time.time())

    def is_from_the_shop(told: str, timestamp: int = now) -> bool:
        signed = signature(secret, "msg_1", timestamp, body)
        headers = {"webhook-id": "msg_1", "webhook-timestamp": str(timestamp), "webhook-signature": f"v1a,x {signed}"}
        return page.evaluate(ASK, {"secret": secret, "headers": headers, "body": told})

    assert is_from_the_shop(body)
    assert not is_from_the_shop(f"{body} ")
    assert not is_from_the_shop(body, now - 600)
    page.close()
