"""The order in which a worker takes from its queues, and the broker that needs no program.

Of that one messages are files of a folder, each there in full or not at all.
"""

import logging
import os
from pathlib import Path
from queue import Empty
from time import time_ns
from typing import Any
from uuid import uuid4

from kombu.transport import filesystem
from kombu.utils.json import dumps, loads
from kombu.utils.scheduling import FairCycle, round_robin_cycle

AWAITED = "awaited"
"""The queue that goes before the others"""


class Turns(round_robin_cycle):
    """How Redis' queues take turns."""

    # What kombu's stubs call an iterator is a list, which Redis' channel reads several times.
    def consume(self, n: int) -> list[str]:  # type: ignore[override]
        return sorted(super().consume(n), key=lambda queue: queue != AWAITED)


class _Turns(FairCycle):
    """How the queues of files take turns."""

    def get(self, callback: Any, **_: Any) -> Any:
        try:
            if AWAITED not in self.resources:
                raise Empty
            return self.fun(AWAITED, callback)
        except Empty:
            return super().get(callback)


class Channel(filesystem.Channel):
    """Kombu's own lets a worker read what is still being written, and leaves in /tmp what a killed one had taken."""

    def _reset_cycle(self) -> None:
        self._cycle = _Turns(self._get_and_deliver, self._active_queues, Empty)

    # What kombu's classes call the message differs between them.
    def _put(self, queue: str, payload: dict[str, Any], **_: Any) -> None:  # type: ignore[override]
        """Aside and then into place. Raises OSError."""
        target = Path(self.data_folder_out, f"{time_ns()}_{uuid4()}.{queue}.msg")
        aside = target.with_suffix(".part")
        try:
            aside.write_text(dumps(payload))
            aside.replace(target)
        finally:
            aside.unlink(missing_ok=True)

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:
        """The oldest message; of several workers, the one that deletes its file has it. Raises Empty."""
        for name in sorted(os.listdir(self.data_folder_in)):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            path = Path(self.data_folder_in, name)
            try:
                content = path.read_text()
                path.unlink()
                return loads(content)
            except FileNotFoundError:
                continue
            except ValueError as error:
                # The database knows what it asked for, and it is asked for again.
                logging.getLogger(__name__).warning("A message is torn and is thrown away: %s", error)
        raise Empty


class Transport(filesystem.Transport):
    Channel = Channel
    polling_interval = 0.2
    """Seconds from one look into the folder to the next; kombu's own second is one that somebody waits for."""
