"""What is loaded once in a process. It asks for no settings, as training has none."""

from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import ParamSpec, TypeVar

Asked = ParamSpec("Asked")
Loaded = TypeVar("Loaded")


def awaited(load: Callable[Asked, Loaded]) -> Callable[Asked, Loaded]:
    """For a function that keeps its answers, which are large: threads that ask for the first one wait for each other.

    `functools` lets each of them make it, and only one of these is kept.
    """
    lock = Lock()

    @wraps(load)
    def answer(*arguments: Asked.args, **named: Asked.kwargs) -> Loaded:
        with lock:
            return load(*arguments, **named)

    return answer
