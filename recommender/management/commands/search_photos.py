"""Searches the shop with photos, as its page does, and writes what was found."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from PIL import Image
from tqdm import tqdm

from catalog.importing.pictures import Pictures
from catalog.importing.tables import UnusableFile
from recommender.models import Encoder
from recommender.photo import store
from recommender.photo.boxes import WHOLE, Box
from recommender.photo.looking import PhotoProblem, read_photo
from recommender.photo.results import Results
from recommender.photo.searching import query_by, results_of, shows_nothing
from recommender.registry import active_encoder

MATCHES = 12


class Command(BaseCommand):
    help = "Searches the shop with each photo of a zip or a folder, and writes a line of JSON for each."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--photos", type=Path, required=True, help="a zip or a folder of photos")
        parser.add_argument("--out", type=Path, required=True, help="the file of JSON lines to write")

    def handle(self, photos: Path, out: Path, **_) -> None:
        try:
            with Pictures(photos) as source, out.open("w") as stream:
                for line in self._lines(source, active_encoder()):
                    stream.write(json.dumps(line) + "\n")
        except (UnusableFile, OSError) as error:
            raise CommandError(str(error)) from error

    def _lines(self, source: Pictures, encoder: Encoder) -> Iterator[dict]:
        for name in tqdm(source, total=len(source), desc="Searching", unit="photo"):
            try:
                photo = read_photo(source.read(name))
            except (PhotoProblem, OSError) as error:
                self.stderr.write(f"{name}: {error}")
                continue
            yield {"photo": name, **_told(photo, encoder)}


def _told(photo: Image.Image, encoder: Encoder) -> dict:
    """What the page would say of an RGB photo; where it sees nothing, what the whole photo would find all the same."""
    query = query_by([photo], encoder)
    stored = store.find(query.photos[0])
    whole = results_of(replace(query, box=WHOLE, seals=()), encoder)
    is_none = shows_nothing(query)
    results = whole if is_none else results_of(query, encoder)
    return {
        "verdict": "none" if is_none else "close" if results.is_anything_close else "loose",
        "box": _numbers(query.box or WHOLE),
        "parts": [{"box": _numbers(part.box), "name": part.name} for part in (stored.parts if stored else [])],
        "matches": _matches(results),
        "whole": _matches(whole),
    }


def _numbers(box: Box) -> list[float]:
    return [round(number, 4) for number in (box.left, box.top, box.width, box.height)]


def _matches(results: Results) -> list[dict]:
    matches = results.matches(MATCHES)
    return [{"sku": match.product.sku, "similarity": round(match.similarity, 4)} for match in matches]
