"""Writes the embeddings of any pictures to a file."""

from argparse import ArgumentParser
from pathlib import Path

import numpy as np
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from catalog.importing.pictures import Pictures
from catalog.importing.tables import UnusableFile
from catalog.photos import UnreadablePicture, read_picture
from recommender.encoders import load_encoder

PICTURES_PER_BATCH = 64


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
        encoder = load_encoder(settings.ENCODER)
        ids, batch, vectors = [], [], [np.empty((0, encoder.dimensions), np.float32)]
        for name in tqdm(source, total=len(source), desc="Encoding", unit="image"):
            try:
                batch.append(encoder.prepare(read_picture(source.read(name))))
            except (UnreadablePicture, OSError) as error:
                self.stderr.write(f"{name}: {error}")
                continue
            ids.append(name)
            if len(batch) == PICTURES_PER_BATCH:
                vectors.append(encoder.encode(np.stack(batch)))
                batch = []
        if batch:
            vectors.append(encoder.encode(np.stack(batch)))
        return ids, np.concatenate(vectors)
