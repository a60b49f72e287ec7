"""Lines of the log, plain or as JSON, each with the id of the request that it is about."""

import logging
import math
import time

from django.db import InterfaceError, OperationalError
from pythonjsonlogger.json import JsonFormatter

from catalog.monitoring.identity import request_id

SECONDS_BETWEEN_TRACEBACKS = 60
NOT_SAID = (*logging.makeLogRecord({}).__dict__, "message", "asctime", "taskName", "of_request", "request")
"""What a line is made of or says already; `request` is Django's whole request."""


class WithRequest(logging.Filter):
    """Gives each line the id of its request, and a plain one the text that shows it."""

    def filter(self, record: logging.LogRecord) -> bool:
        id_ = request_id.get()
        record.__dict__["of_request"] = f" [{id_}]" if id_ else ""
        if id_:
            record.__dict__["request_id"] = id_
        return True


class Outage(logging.Filter):
    """Makes a line of warning of what fails because the database is away; once a minute it keeps its traceback."""

    def __init__(self) -> None:
        super().__init__()
        self._silent_until = -math.inf

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, OperationalError | InterfaceError):
            return True
        reason = str(error).partition("\n")[0]
        record.msg, record.args = "%s – %s", (" ".join(record.getMessage().split()), reason)
        record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
        if time.monotonic() < self._silent_until:
            record.exc_info = record.exc_text = None
        else:
            self._silent_until = time.monotonic() + SECONDS_BETWEEN_TRACEBACKS
        return True


class Json(JsonFormatter):
    """One object a line: time, level, logger, message, request_id, what else it is given, and a traceback."""

    def __init__(self) -> None:
        super().__init__(
            ["levelname", "name", "message"],
            rename_fields={"levelname": "level", "name": "logger", "exc_info": "traceback"},
            reserved_attrs=NOT_SAID,
            timestamp="time",
        )
