"""The import with kills, of a small catalogue."""

import pytest

from tests.campaign import killed
from tests.pictures import write_catalogue


@pytest.mark.long
def test_an_import_that_is_killed_again_and_again_ends_like_one_that_nobody_disturbs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    styles, images = write_catalogue(folder, 200)
    outcome = killed.run(styles, images, kills=2, seed=3, folder=tmp_path_factory.mktemp("killed"))
    assert outcome.findings == []
    assert outcome.products == outcome.embeddings == 200
    assert len([event for event in outcome.events if event.hit]) == 2
