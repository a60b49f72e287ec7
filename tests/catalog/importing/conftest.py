"""What the tests of imports share."""

from pathlib import Path

import pytest

from catalog.importing.advancing import import_catalog
from tests.pictures import as_file, drawing, style, write_catalogue, write_styles


@pytest.fixture
def mixed(tmp_path) -> tuple[Path, Path]:
    """A second import of a catalogue: new, changed and unchanged rows, bad ones, and pictures of every kind."""
    styles, images = write_catalogue(tmp_path, 20)
    import_catalog(styles, images)
    (images / "3.jpg").write_bytes(as_file(drawing(333)))
    (images / "21.jpg").write_bytes(as_file(drawing(21)))
    (images / "22.jpg").write_bytes(b"no picture at all")
    (images / "99.jpg").write_bytes(as_file(drawing(99)))
    rows = [style(str(number)) for number in range(1, 25)]
    rows[4]["baseColour"] = "Red"
    rows[5]["year"] = "soon"
    write_styles(styles, rows)
    lines = styles.read_text().splitlines()
    lines[8] += ", slim, blue"
    styles.write_text("\n".join([*lines, lines[1], "25,Men"]))
    return styles, images
