"""A web process: one loop receives and sends for all connections, and a few threads answer what has come whole.

Waitress reads and buffers, so that nobody who sends or reads slowly holds a thread; gunicorn opens the socket, and
starts again whatever ends. Here is what both lack: a limit for each body by its address, known before the body comes;
bodies that are not buffered, but read by their view; and an end for whoever is slower than any honest client.
"""

import io
import os
import select
import socket
import tempfile
import time
from email.message import Message
from typing import Any

from django.conf import settings
from django.utils.http import parse_header_parameters
from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import BaseWSGIServer, create_server
from waitress.utilities import BadRequest, Error

from fashionsite import bodies

HEADER_BYTES = 32 * 1024
RECEIVED_AT_ONCE = BODY_IN_MEMORY = 64 * 1024
ANSWER_IN_MEMORY = 256 * 1024
CRUMBS = 64 * 1024
"""Bytes of a chunked body that may be mostly lengths of chunks; no honest client sends a few bytes at a time."""
SECONDS_OF_GRACE = 20
LEAST_BYTES_A_SECOND = 2000
"""What a request has to come with, after the seconds of grace."""
SECONDS_OF_SILENCE = 60
"""How long a view waits for the next bytes of a body that it reads."""
READABLE = frozenset({"utf-8", "utf8", "us-ascii"})
"""The charsets that bodies may be told to be in"""
SECONDS_TO_LEAVE, BYTES_TO_LEAVE = 5, 64 * 1024 * 1024
"""What is still taken, and thrown away, from a connection that is being closed."""


class LengthRequired(Error):
    code = 411
    reason = "Length Required"


class UnsupportedMediaType(Error):
    code = 415
    reason = "Unsupported Media Type"


class BodyOnItsWay(io.RawIOBase):
    """A body that is read from the connection; `begun` is what came together with the headers."""

    def __init__(self, connection: socket.socket, begun: bytes, length: int, is_asked_for: bool):
        self._connection, self._begun, self._left = connection, begun[:length], length
        self._is_asked_for = is_asked_for

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Raises OSError where the client is gone or silent."""
        if not self._is_asked_for:
            self._is_asked_for = True
            self._connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        count = self._take_begun(buffer) or self._receive(memoryview(buffer)[: self._left])
        self._left -= count
        return count

    def _take_begun(self, buffer: Any) -> int:
        count = min(len(buffer), len(self._begun))
        buffer[:count], self._begun = self._begun[:count], self._begun[count:]
        return count

    def _receive(self, buffer: memoryview) -> int:
        if not buffer:
            return 0
        arrival = select.poll()
        arrival.register(self._connection, select.POLLIN)
        if not arrival.poll(SECONDS_OF_SILENCE * 1000):
            raise TimeoutError("the client has stopped sending")
        if not (count := self._connection.recv_into(buffer)):
            raise ConnectionError("the client is gone")
        return count


class Request(HTTPRequestParser):
    """A request that knows by its headers whether its body is waited for.

    Where it is too large, or for its view to read, the application is asked at once, and the connection closed then.
    """

    is_body_left = False
    content_length: int
    body_rcv: Any
    expect_continue: bool

    def __init__(self, adjustments: Adjustments, connection: socket.socket):
        super().__init__(adjustments)
        self._connection, self._begun, self._is_asked_for = connection, b"", True
        self._since = time.monotonic()

    def is_too_slow(self, now: float) -> bool:
        """Whether an honest client would have sent more by now."""
        count = self.header_bytes_received + self.body_bytes_received
        return now - self._since > SECONDS_OF_GRACE + count / LEAST_BYTES_A_SECOND

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if self.chunked and self._is_read_by_its_view:
            self.error = LengthRequired("What is uploaded here has to say how many bytes it has.")
        self._take_charset()
        if self.error or self.content_length > (0 if self._is_read_by_its_view else self._limit):
            self._leave_body()

    def _take_charset(self) -> None:
        """Leaves a body's kind without its charset, which is UTF-8; refuses every other, and what cannot be read.

        Django would read the address in that charset, and before anything of the shop's can answer. So one address
        would be several pages, of which one is kept for everybody; and Python knows charsets that are no text's.
        """
        told = self.headers.get("CONTENT_TYPE", "")
        try:
            charset = parse_header_parameters(told)[1].get("charset", "utf-8")
        except ValueError as error:
            self.error = BadRequest(f"The Content-Type cannot be read: {error}")
            return
        if charset.lower() not in READABLE:
            self.error = UnsupportedMediaType("What is sent here has to be UTF-8, and to say so: charset=utf-8.")
        elif told:
            kind = Message()
            kind["Content-Type"] = told
            kind.del_param("charset")
            self.headers["CONTENT_TYPE"] = kind["Content-Type"]

    def received(self, data: bytes) -> int:
        count = super().received(data)
        if self.is_body_left:
            self._begun = data[count:]
            return len(data)
        if self.chunked and self._is_crumbled:
            self.error = BadRequest("The body comes in too many pieces.")
            self.completed = True
            self._leave_body()
        if self.chunked and self.body_bytes_received > self._limit:
            self.body_rcv.getbuf().close()
            self.headers["CONTENT_LENGTH"] = str(self.body_bytes_received)
            self.completed = True
            self._leave_body()
        return count

    def get_body_stream(self) -> Any:
        if not self.is_body_left or not self._is_read_by_its_view:
            return super().get_body_stream()
        length = int(self.headers["CONTENT_LENGTH"])
        body = BodyOnItsWay(self._connection, self._begun, length, self._is_asked_for)
        return io.BufferedReader(body, RECEIVED_AT_ONCE)

    @property
    def _is_crumbled(self) -> bool:
        """Whether more of the body is lengths of chunks than what they hold, each of which takes its time."""
        return not self.completed and self.body_bytes_received > CRUMBS + 2 * len(self.body_rcv)

    @property
    def _limit(self) -> int:
        return bodies.limit_of(self.path)

    @property
    def _is_read_by_its_view(self) -> bool:
        return bodies.is_read_by_its_view(self.path)

    def _leave_body(self) -> None:
        self.is_body_left, self._is_asked_for = True, not self.expect_continue
        self.body_rcv, self.content_length, self.expect_continue = None, 0, False
        self.headers["CONNECTION"] = "close"


class Channel(HTTPChannel):
    """A connection. When it is closed, what still comes is thrown away for a while: else the client would see a reset
    instead of the answer.
    """

    _leaves_since: float | None = None
    _bytes_left = 0

    def parser_class(self, adjustments: Adjustments) -> Request:
        return Request(adjustments, self.socket)

    def is_busy(self) -> bool:
        return bool(self.requests or self.total_outbufs_len)

    def has_to_go(self, now: float) -> bool:
        if self._leaves_since is not None:
            return self._bytes_left > BYTES_TO_LEAVE or now - self._leaves_since > SECONDS_TO_LEAVE
        return self.request is not None and self.request.is_too_slow(now)

    def readable(self) -> bool:
        return self._leaves_since is not None or super().readable()

    def handle_read(self) -> None:
        if self._leaves_since is None:
            super().handle_read()
        else:
            # Closes the channel where the client has closed its side.
            self._bytes_left += len(self.recv(RECEIVED_AT_ONCE))

    def handle_write(self) -> None:
        if not self.close_when_flushed or self.will_close:
            super().handle_write()
            return
        self._flush_exception(self._flush_some)
        if not self.total_outbufs_len and not self.will_close:
            self._leave()

    def _leave(self) -> None:
        self.close_when_flushed, self._leaves_since = False, time.monotonic()
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.will_close = True


class WebProcess(Worker):
    """A process that gunicorn starts."""

    def run(self) -> None:
        # Bodies that do not fit into memory: files without a name, on the disk that is meant for uploads.
        tempfile.tempdir = str(settings.FILE_UPLOAD_TEMP_DIR)
        self._sockets: dict[int, Any] = {}
        create_server(
            self.wsgi,
            self._sockets,
            sockets=[one.sock for one in self.sockets],
            threads=self.cfg.threads,
            backlog=self.cfg.backlog,
            connection_limit=self.cfg.worker_connections,
            channel_timeout=self.cfg.keepalive,
            cleanup_interval=1,
            max_request_header_size=HEADER_BYTES,
            max_request_body_size=settings.IMPORT_BODY_LIMIT,
            recv_bytes=RECEIVED_AT_ONCE,
            inbuf_overflow=BODY_IN_MEMORY,
            outbuf_overflow=ANSWER_IN_MEMORY,
            # Which of a proxy's headers are to be believed is a matter of Django's settings.
            clear_untrusted_proxy_headers=False,
            ident="",
            asyncore_use_poll=True,
        )
        listening = [one for one in self._sockets.values() if isinstance(one, BaseWSGIServer)]
        for server in listening:
            server.channel_class = Channel
        while self.alive and self.ppid == os.getppid():
            self._turn()
        # The port is free for who comes next, whatever the last answers wait for.
        for server in listening:
            server.del_channel(self._sockets)
            server.socket.close()
        last = time.monotonic() + self.cfg.graceful_timeout
        while any(channel.is_busy() for channel in self._channels()) and time.monotonic() < last:
            self._turn()

    def _turn(self) -> None:
        self.notify()
        wasyncore.loop(timeout=1, use_poll=True, map=self._sockets, count=1)
        now = time.monotonic()
        for channel in self._channels():
            if channel.has_to_go(now):
                channel.will_close = True

    def _channels(self) -> list[Channel]:
        return [one for one in self._sockets.values() if isinstance(one, Channel)]
