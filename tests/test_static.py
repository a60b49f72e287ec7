"""The static files as they are collected when the shop starts."""

from pathlib import Path

import pytest
from django.core.management import call_command


@pytest.fixture
def collect(settings, tmp_path):
    """Collects a stylesheet; returns its gzip, which is named after its content."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "shop.css").write_text("p { color: red }\n" * 99)
    settings.STATICFILES_DIRS, settings.STATIC_ROOT = [tmp_path / "own"], tmp_path / "collected"
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "fashionsite.storage.StaticFiles"}}

    def run() -> Path:
        call_command("collectstatic", interactive=False, verbosity=0)
        (compressed,) = (tmp_path / "collected").glob("shop.*.css.gz")
        return compressed

    return run


def test_a_file_is_compressed_once_as_it_is_named_after_its_content(collect):
    first = collect()
    written = first.stat().st_ctime_ns
    assert first.with_suffix(".br").exists()
    assert collect().stat().st_ctime_ns == written


def test_what_a_killed_start_left_half_written_is_written_anew(collect):
    whole = collect().read_bytes()
    collect().write_bytes(whole[:20])
    assert collect().read_bytes() == whole
