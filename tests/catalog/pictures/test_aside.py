"""Decoding in processes of their own: what breaks or holds one up harms nobody else."""

import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from catalog.pictures.decoding import DecodersBusy, UnreadablePicture, read_picture
from tests.hardships import gif_of_frames, tiff_of_tiles
from tests.pictures import as_file, drawing
from tests.processes import ROOT, eventually, running

PICTURE = as_file(drawing(1), "WEBP")
ENDLESS = tiff_of_tiles(50_000, 65_536)
READ_AND_WAIT = """
import sys
from pathlib import Path
from catalog.pictures.decoding import read_picture

read_picture(Path(sys.argv[1]).read_bytes())
sys.stdin.read()
"""


def decoders(process: psutil.Process | None = None) -> list[psutil.Process]:
    children = (process or psutil.Process()).children()
    alive = [child for child in children if child.status() != psutil.STATUS_ZOMBIE]
    return [child for child in alive if "catalog.pictures.decoder" in child.cmdline()]


def kill(decoder: psutil.Process, number: int = signal.SIGKILL) -> None:
    decoder.send_signal(number)
    # On its way out it has no command line any more, and its end of the pipe is still open.
    eventually(lambda: decoder.status() == psutil.STATUS_ZOMBIE)


@pytest.fixture(autouse=True)
def no_decoders() -> None:
    for decoder in decoders():
        kill(decoder)


@pytest.mark.parametrize("content", [ENDLESS, gif_of_frames(10, 10, (5000, 5000), 60)])
def test_what_takes_too_much_is_refused_and_the_next_picture_is_read(content):
    with pytest.raises(UnreadablePicture, match="too long or too much memory"):
        read_picture(content)
    assert read_picture(PICTURE).size == (90, 120)


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL])
def test_a_decoder_that_died_is_replaced(number):
    read_picture(PICTURE)
    (decoder,) = decoders()
    kill(decoder, number)
    assert read_picture(PICTURE).size == (90, 120)


def test_a_decoder_that_is_killed_over_a_picture_says_nothing_of_the_picture():
    read_picture(PICTURE)
    (decoder,) = decoders()
    with ThreadPoolExecutor() as pool:
        reading = pool.submit(read_picture, ENDLESS)
        eventually(lambda: sum(decoder.cpu_times()[:2]) > 0.5)
        decoder.kill()
        with pytest.raises(DecodersBusy):
            reading.result()


def test_stopping_the_shop_leaves_a_picture_that_is_being_decoded():
    read_picture(PICTURE)
    (decoder,) = decoders()
    decoder.send_signal(signal.SIGTERM)
    decoder.send_signal(signal.SIGINT)
    read_picture(PICTURE)
    assert decoders() == [decoder]


def test_no_descriptor_is_lost():
    read_picture(PICTURE)
    before = psutil.Process().num_fds()
    for _ in range(3):
        kill(*decoders())
        read_picture(PICTURE)
    assert psutil.Process().num_fds() == before


def test_more_than_can_be_decoded_at_once_are_told_to_come_again():
    with ThreadPoolExecutor() as pool:
        reading = [pool.submit(read_picture, ENDLESS) for _ in range(os.cpu_count())]
        eventually(lambda: len(decoders()) == os.cpu_count())
        with pytest.raises(DecodersBusy, match="try again in a moment"):
            read_picture(PICTURE)
    assert all(isinstance(one.exception(), UnreadablePicture) for one in reading)


def test_no_decoder_outlives_the_process_that_asks_it(tmp_path):
    path = tmp_path / "picture"
    path.write_bytes(PICTURE)
    with running(sys.executable, "-c", READ_AND_WAIT, path, cwd=ROOT) as process:
        eventually(lambda: decoders(psutil.Process(process.pid)))
        (decoder,) = decoders(psutil.Process(process.pid))
        process.kill()
        eventually(lambda: not decoder.is_running())


def test_a_forked_process_has_decoders_of_its_own():
    read_picture(PICTURE)
    before = decoders()
    if (child := os.fork()) == 0:
        os._exit(read_picture(PICTURE).size != (90, 120))
    assert os.waitpid(child, 0)[1] == 0
    read_picture(PICTURE)
    assert decoders() == before
