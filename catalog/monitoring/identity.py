"""The id of a request, which follows it into the tasks that it enqueues."""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Of the request that is answered here, or whose task this is; "" outside of any. A thread begins without one."""
