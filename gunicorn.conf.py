"""How gunicorn serves the shop: it reads this file wherever it is started in this folder."""

import os
from typing import Any

worker_class = "fashionsite.serving.WebProcess"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
worker_connections = 300
# Longer than nginx keeps its own connections to the shop, so that it never writes into one that is being closed.
keepalive = 75
graceful_timeout = 5
loglevel = "warning"
control_socket_disable = True


def post_worker_init(_: Any) -> None:
    """The settings are known only now."""
    from catalog import suggestions

    suggestions.prepare()
