"""Searches the shop with photos, as its page does, and writes what was found."""

import json
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from catalog.importing.pictures import Pictures
from catalog.importing.tables import UnusableFile
from recommender.photo.answers import Answer, answers
from recommender.photo.boxes import WHOLE, Box
from recommender.photo.results import Results
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
                for name, answer in answers(source, source, active_encoder(), self.stderr.write):
                    stream.write(json.dumps({"photo": name, **_told(answer)}) + "\n")
        except (UnusableFile, OSError) as error:
            raise CommandError(str(error)) from error


def _told(answer: Answer) -> dict:
    """What the page says; where it sees nothing, what the whole photo would find all the same."""
    return {
        "verdict": answer.verdict,
        "box": _numbers(answer.query.box or WHOLE),
        "parts": [{"box": _numbers(part.box), "name": part.name} for part in answer.parts],
        "matches": _matches(answer.first or answer.whole),
        "whole": _matches(answer.whole),
    }


def _numbers(box: Box) -> list[float]:
    return [round(number, 4) for number in (box.left, box.top, box.width, box.height)]


def _matches(results: Results) -> list[dict]:
    matches = results.matches(MATCHES)
    return [{"sku": match.product.sku, "similarity": round(match.similarity, 4)} for match in matches]
