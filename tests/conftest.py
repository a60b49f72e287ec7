"""What every test shares."""

import shutil
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings

from catalog.appearance import KEPT
from catalog.handing_over import BROKER
from catalog.importing.collecting import STORAGE
from catalog.models import Appearance
from tests.factories import ProductFactory

# A busy machine takes its time, which is no fault of what is tested.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")


@pytest.fixture(scope="session", autouse=True)
def empty_folders() -> None:
    """No file and no task of an earlier run."""
    for folder in (settings.MEDIA_ROOT, settings.VAR_DIR / "broker"):
        shutil.rmtree(folder, ignore_errors=True)
        Path(folder).mkdir(parents=True)


@pytest.fixture(autouse=True)
def no_outage() -> None:
    """What was away for one test is there for the next."""
    for one in (BROKER, STORAGE):
        one.end()


@pytest.fixture(autouse=True)
def shipped_appearance() -> None:
    """Nobody has made the shop theirs yet, and a page need not ask."""
    KEPT.keep(Appearance())


@pytest.fixture(autouse=True)
def same_drawings() -> None:
    """A test's products have the same pictures, whichever tests ran before."""
    ProductFactory.reset_sequence(0)
