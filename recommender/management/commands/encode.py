"""Writes the embeddings of any pictures to a file."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from PIL import Image
from tqdm import tqdm

from catalog.importing.pictures import Pictures
from catalog.importing.tables import UnusableFile
from catalog.pictures.decoding import UnreadablePicture, read_picture
from recommender.encoders import encode_all, load_encoder


class Command(BaseCommand):
    help = (
        "Writes `ids` (file names without folder and suffix) and `vectors` (n, d) float32 of pictures to an npz file."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--images", type=Path, required=True, help="a zip or a folder of pictures")
        parser.add_argument("--out", type=Path, required=True, help="the npz file to write")

    def handle(self, images: Path, out: Path, **_) -> None:
        try:
            with Pictures(images) as source:
                ids, vectors = self._encode(source)
        except UnusableFile as error:
            raise CommandError(str(error)) from error
        with out.open("wb") as stream:
            np.savez(stream, ids=np.array(ids, dtype=str), vectors=vectors)
        self.stdout.write(f"{len(ids)} of {len(source)} pictures written to {out}")

    def _encode(self, source: Pictures) -> tuple[list[str], np.ndarray]:
        """The names of the readable pictures, and their vectors (n, d)."""
        ids: list[str] = []
        vectors, _ = encode_all(load_encoder(settings.ENCODER), self._read(source, ids))
        return ids, vectors

    def _read(self, source: Pictures, ids: list[str]) -> Iterator[Image.Image]:
        """The readable pictures; the name of each goes to `ids`."""
        for name in tqdm(source, total=len(source), desc="Encoding", unit="image"):
            try:
                picture = read_picture(source.read(name))
            except (UnreadablePicture, OSError) as error:
                self.stderr.write(f"{name}: {error}")
                continue
            ids.append(name)
            yield picture
