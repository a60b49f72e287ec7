"""The broker of files: messages are there in full or not at all, and nothing of them is left behind."""

import os
import tempfile
import threading
import time

import pytest
from kombu import Connection


@pytest.fixture
def queue(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    for folder in ("temporary", "messages"):
        (tmp_path / folder).mkdir()
    folders = {name: str(tmp_path / "messages") for name in ("data_folder_in", "data_folder_out")}
    options = {**folders, "control_folder": str(tmp_path / "control")}
    with Connection("filesystem://", transport_options=options) as connection:
        # A process remembers the queues that it knows, whatever the folder.
        yield connection.SimpleBuffer(tmp_path.name)


def test_messages_come_in_the_order_in_which_they_were_sent_and_leave_nothing(queue, tmp_path):
    for number in range(12):
        queue.put({"number": number})
    assert [queue.get(timeout=1).payload["number"] for _ in range(12)] == list(range(12))
    with pytest.raises(queue.Empty):
        queue.get(timeout=0.1)
    assert not list((tmp_path / "messages").iterdir()) + list((tmp_path / "temporary").iterdir())


def test_who_waits_hears_of_a_message_soon(queue):
    def seconds_until_heard() -> float:
        started = time.monotonic()
        threading.Timer(0.3, queue.put, ["come"]).start()
        queue.get(timeout=5)
        return time.monotonic() - started

    assert min(seconds_until_heard() for _ in range(3)) < 0.9


@pytest.mark.parametrize("size", [0, 100])
def test_a_torn_message_is_thrown_away_and_the_next_one_is_read(queue, tmp_path, size):
    queue.put("torn")
    (message,) = (tmp_path / "messages").iterdir()
    os.truncate(message, size)
    queue.put("whole")
    assert queue.get(timeout=1).payload == "whole"
    assert not list((tmp_path / "messages").iterdir())


def test_what_is_still_being_written_is_no_message(queue, tmp_path):
    queue.put("whole")
    (message,) = (tmp_path / "messages").iterdir()
    message.rename(message.with_suffix(".part"))
    with pytest.raises(queue.Empty):
        queue.get(timeout=0.1)
