"""How often photos find their product: the command that tells it."""

import re

import pytest
from django.core.management import CommandError, call_command

from tests.pictures import write_catalogue


@pytest.mark.django_db
def test_the_recall_of_photos_is_told_for_every_way_of_searching(tmp_path, capsys):
    styles, images = write_catalogue(tmp_path, 30)
    call_command("evaluate_photo_search", styles=styles, images=images, photographs=8)
    told = capsys.readouterr().out
    assert "8 photographs, 30 products" in told
    ways = {
        way: [float(mean) for mean in re.findall(r"(\d\.\d+) ±", figures)]
        for way, figures in re.findall(r"^  (\w[\w ]+?) {2,}(.+)$", told, re.MULTILINE)
    }
    assert set(ways) == {"the whole photo", "the proposed part", "the best of all parts"}
    for first, five, twelve in ways.values():
        assert 0 <= first <= five <= twelve <= 1
    best, proposed = ways["the best of all parts"], ways["the proposed part"]
    assert all(more >= less for more, less in zip(best, proposed, strict=True))
    assert best[2] > 0.5


@pytest.mark.django_db
def test_without_a_product_there_is_nothing_to_photograph(tmp_path):
    styles, images = write_catalogue(tmp_path, 1)
    with pytest.raises(CommandError, match="no product with a picture to photograph"):
        call_command("evaluate_photo_search", styles=styles, images=images, photographs=0)
