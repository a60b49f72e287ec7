"""What is made of the whole catalogue, and kept."""

import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError

from catalog import caching
from catalog.caching import LastMade

THREAD = "made for a test"


@pytest.fixture
def made() -> list[str]:
    """The versions that were made."""
    return []


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    yield
    wait()


def wait() -> None:
    """Until what is made aside is made."""
    for thread in threading.enumerate():
        if thread.name == THREAD:
            thread.join()


def last_made(made: list[str], *, is_large: bool, **pauses: Any) -> LastMade[str]:
    def make(version: str) -> str:
        made.append(version)
        if version == "broken":
            raise DatabaseError
        return version.upper()

    return LastMade(THREAD, make, lambda _: is_large, **pauses)


def test_what_is_small_is_always_that_of_the_version(made):
    last = last_made(made, is_large=False)
    assert [last.of(version) for version in ("a", "a", "b", "a")] == ["A", "A", "B", "A"]
    assert made == ["a", "b", "a"]


def test_what_is_large_answers_until_the_next_one_is_made(made):
    last = last_made(made, is_large=True, pause=lambda _: 0)
    assert last.of("a") == last.of("b") == "A"
    wait()
    assert last.of("b") == "B"


def test_it_pauses_by_what_making_it_took(monkeypatch):
    seconds = 1000.0

    def make(version: str) -> str:
        nonlocal seconds
        seconds += 2
        return version

    monkeypatch.setattr(caching, "time", SimpleNamespace(monotonic=lambda: seconds))
    last = LastMade(THREAD, make, lambda _: True)
    last.of("a")
    for waited, shown in ((99, "a"), (1, "b")):
        seconds += waited
        last.of("b")
        wait()
        assert last.of("b") == shown


def test_what_fails_is_not_tried_again_and_again(made):
    last = last_made(made, is_large=True)
    last.of("a")
    while "broken" not in made:
        assert last.of("broken") == "A"
        wait()
    for _ in range(20):
        assert last.of("broken") == "A"
        wait()
    assert made == ["a", "broken"]


def test_whoever_must_have_that_of_the_version_gets_it(made):
    last = last_made(made, is_large=True)
    assert [last.of("a"), last.at_once("b"), last.of("b")] == ["A", "B", "B"]


def test_what_cannot_be_made_aside_leaves_the_last_one(made, caplog):
    last = last_made(made, is_large=True, pause=lambda _: 0, pause_after_failure=0)
    assert last.of("a") == last.of("broken") == "A"
    wait()
    assert last.of("c") == "A"
    wait()
    assert last.of("c") == "C"
    assert f"No {THREAD} can be made" in caplog.text


def test_many_at_once_make_it_once(made):
    begun, going_on = threading.Event(), threading.Event()

    def make(version: str) -> str:
        begun.set()
        going_on.wait()
        made.append(version)
        return version

    last = LastMade(THREAD, make, lambda _: False)
    last.make_aside(lambda: "a")
    begun.wait()
    askers = [threading.Thread(target=last.of, args=("a",), name=THREAD) for _ in range(4)]
    for asker in askers:
        asker.start()
    going_on.set()
    wait()
    assert made == ["a"]
