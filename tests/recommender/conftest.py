"""What the tests of measuring and of training share."""

from pathlib import Path

import pytest

from tests.pictures import as_file, drawing, style, write_styles


# For the session, as the tests of this module do not run in a row: those with a database of their own come earlier.
@pytest.fixture(scope="session")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """(styles.csv, folder of pictures) of 260 products; the last ten show the same pictures as the first ten."""
    folder = tmp_path_factory.mktemp("catalogue")
    rows = []
    for number in range(260):
        look = number % 250
        (folder / f"{number}.jpg").write_bytes(as_file(drawing(look, (60, 80))))
        rows.append(
            style(
                str(number),
                articleType=("Shirts", "Tshirts", "Belts")[look % 3],
                baseColour=("Red", "Blue")[look % 2],
                season="" if look % 5 == 0 else "Fall",
            )
        )
    return write_styles(folder / "styles.csv", rows), folder
