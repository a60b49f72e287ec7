"""Decodes pictures in processes of their own: what costs too much, or breaks its decoder, ends with its process.

They are started when they are first needed, and again after they ended; as many as there are cores work at once.
"""

import json
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from multiprocessing import Pipe
from pathlib import Path

from django.utils.translation import gettext_lazy
from PIL import Image

from catalog.pictures.pixels import UnreadablePicture, gettext_noop

logger = logging.getLogger(__name__)
PROJECT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-m", "catalog.pictures.decoder")
MOST_PICTURES = 1000
"""One process decodes no more, so that nothing that a library loses adds up."""
SECONDS_TO_WAIT = 2
SECONDS_TO_DECODE = 30
"""By the clock; `decoder.SECONDS` of a core are over long before, where the machine is not busy."""
SECONDS_TO_END = 5
BUSY = gettext_lazy("Too many pictures are being decoded right now. Please try again in a moment.")
TOO_MUCH = gettext_noop("This picture takes too long or too much memory to decode: save it again as an ordinary JPEG.")


class DecodersBusy(OSError):
    """It is no fault of the picture that it was not decoded; the message tells a person what to do."""


class _Decoder:
    """A process that decodes one picture after the other. Not for several threads at once."""

    def __init__(self) -> None:
        self._pipe, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 – nothing in it comes from outside
                [*COMMAND, str(theirs.fileno())],
                cwd=PROJECT,
                # Its memory is bounded, and each thread of numpy's would ask for some.
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        self._pictures = 0

    @property
    def is_usable(self) -> bool:
        # One that died between two pictures has closed its end, perhaps before its death is known.
        return self._pictures < MOST_PICTURES and not self._pipe.poll() and self._process.poll() is None

    def ask(self, question: dict, content: bytes) -> tuple[dict, bytes]:
        """What it answers. Raises EOFError and ConnectionError where it ends over the picture."""
        self._pictures += 1
        alarm = threading.Timer(SECONDS_TO_DECODE, self._process.kill)
        alarm.start()
        try:
            self._pipe.send_bytes(json.dumps(question).encode())
            self._pipe.send_bytes(content)
            return json.loads(self._pipe.recv_bytes()), self._pipe.recv_bytes()
        finally:
            alarm.cancel()

    def end(self) -> int:
        """Ends it, whatever it does. Returns how it ended, as `Popen.returncode`."""
        self._pipe.close()
        # What ended by itself stays as it did; one that ends just now has closed its end of the pipe before.
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(SECONDS_TO_END)
        self._process.kill()
        return self._process.wait()


def _new_pool() -> "queue.LifoQueue[_Decoder | None]":
    """A place for each picture that may be decoded at once. The last used one is used first, so few are started."""
    pool: queue.LifoQueue[_Decoder | None] = queue.LifoQueue()
    for _ in range(os.cpu_count() or 1):
        pool.put(None)
    return pool


_pool = _new_pool()


def _forget_pool() -> None:
    """The decoders of a process answer that process alone."""
    global _pool
    _pool = _new_pool()


os.register_at_fork(after_in_child=_forget_pool)


def read(content: bytes, at_least: tuple[int, int]) -> tuple[Image.Image, tuple[int, int]]:
    """As `pixels.read`. Raises UnreadablePicture, also where the picture costs too much, and DecodersBusy."""
    answer, colours = _ask({"at_least": at_least}, content)
    return Image.frombytes("RGB", tuple(answer["size"]), colours), tuple(answer["whole"])


def format_of(content: bytes) -> str:
    """As `pixels.format_of`. Raises likewise."""
    return _ask({}, content)[0]["format"]


def _ask(question: dict, content: bytes) -> tuple[dict, bytes]:
    pool = _pool
    try:
        decoder = pool.get(timeout=SECONDS_TO_WAIT)
    except queue.Empty as error:
        raise DecodersBusy(BUSY) from error
    try:
        if decoder and not decoder.is_usable:
            decoder.end()
            decoder = None
        decoder = decoder or _Decoder()
        answer, colours = decoder.ask(question, content)
    except BaseException as error:
        code = decoder.end() if decoder else None
        decoder = None
        if not isinstance(error, EOFError | ConnectionError):
            raise
        logger.warning("A decoder ended with %s over a picture of %d bytes", code, len(content))
        if code == -signal.SIGKILL:
            raise DecodersBusy(BUSY) from error
        raise UnreadablePicture(TOO_MUCH) from error
    finally:
        pool.put(decoder)
    if reason := answer.get("unreadable"):
        raise UnreadablePicture(reason, **answer["values"])
    return answer, colours
