"""What is loaded once in a process."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache

from catalog.loading import awaited


def test_what_is_large_is_loaded_by_one_of_the_threads_that_ask_at_once():
    another, loads = threading.Barrier(2), []

    @awaited
    @cache
    def load() -> object:
        loads.append("once")
        with suppress(threading.BrokenBarrierError):
            another.wait(timeout=0.2)
        return object()

    with ThreadPoolExecutor(3) as threads:
        loaded = {threads.submit(load) for _ in range(3)}
    assert len({future.result() for future in loaded}) == 1
    assert loads == ["once"]
