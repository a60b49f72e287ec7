"""Lines of the log, plain or as JSON, each with the id of the request that it is about."""

import logging

from pythonjsonlogger.json import JsonFormatter

from catalog.monitoring.identity import request_id

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


class Json(JsonFormatter):
    """One object a line: time, level, logger, message, request_id, what else it is given, and a traceback."""

    def __init__(self) -> None:
        super().__init__(
            ["levelname", "name", "message"],
            rename_fields={"levelname": "level", "name": "logger", "exc_info": "traceback"},
            reserved_attrs=NOT_SAID,
            timestamp="time",
        )
