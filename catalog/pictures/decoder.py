"""The process that `aside` asks: decodes the pictures that come through a pipe, within bounds of time and memory.

Of the site it loads the decoders alone. It ends when whoever asks it is gone, or when a picture costs too much.
"""

import json
import resource
import signal
import sys
from multiprocessing.connection import Connection

from PIL import AvifImagePlugin

from catalog.pictures import pixels
from catalog.pictures.pixels import UnreadablePicture

SECONDS = 2.5
"""Of a core, for one picture"""
BYTES = 300 * 1024 * 1024
THREADS = 4
"""Of the decoders that divide a picture among threads, each of which takes memory; HEIF's has as many."""


def main(pipe: Connection) -> None:
    """Answers until the other end is closed.

    A question is {"at_least": [width, height]}, or {} for the format alone, and the picture's bytes; the answer
    {"size": [width, height], "whole": [width, height]}, {"format": …} or {"unreadable": why, "values": {name: value}},
    and the RGB pixels.
    """
    _bound()
    while True:
        try:
            question, content = json.loads(pipe.recv_bytes()), pipe.recv_bytes()
        except (EOFError, ConnectionError):
            return
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        answer, colours = _answer(question, content)
        signal.setitimer(signal.ITIMER_PROF, 0)
        try:
            pipe.send_bytes(json.dumps(answer).encode())
            pipe.send_bytes(colours)
        except ConnectionError:
            return


def _bound() -> None:
    """Bounds what one picture takes. SIGPROF, which comes when its time is up, ends the process wherever it is."""
    # Whoever stops the shop stops the one who asks, which closes the pipe when its work is done.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_DATA, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    AvifImagePlugin.DEFAULT_MAX_THREADS = THREADS


def _answer(question: dict, content: bytes) -> tuple[dict, bytes]:
    try:
        if not question:
            return {"format": pixels.format_of(content)}, b""
        picture, whole = pixels.read(content, question["at_least"])
    except UnreadablePicture as error:
        return {"unreadable": error.message, "values": error.values}, b""
    return {"size": picture.size, "whole": whole}, picture.tobytes()


if __name__ == "__main__":
    main(Connection(int(sys.argv[1])))
