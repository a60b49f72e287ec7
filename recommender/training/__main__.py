"""Trains and exports the encoder (train, export) and the eye (train-eye, export-eye)."""

import argparse
from pathlib import Path

from catalog.importing.tables import UnusableFile
from recommender.encoders.preprocessing import HEIGHT, WIDTH
from recommender.measuring.products import load_products
from recommender.photo.eye import SIZE
from recommender.training import HOW_TO_INSTALL, is_installed


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m recommender.training", description=__doc__)
    parser.add_argument("step", choices=("train", "export", "train-eye", "export-eye"))
    parser.add_argument("--styles", type=Path, required=True)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--larger", type=Path, help="a zip or a folder of the same pictures in higher resolution")
    parser.add_argument("--photos", type=Path, action="append", help="a zip or a folder of photos; several if need be")
    parser.add_argument("--labels", type=Path, help="a table of the photos: file, label, sender; no label: no product")
    parser.add_argument("--kinds", type=Path, help="TOML: the article types that are right for each label")
    parser.add_argument("--teacher", type=Path, help="the .tflite of an eye that the encoder learns from")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--epochs", type=int, default=20)
    length.add_argument("--minutes", type=float, help="as many epochs as fit in so many minutes")
    parser.add_argument(
        "--from", type=Path, dest="start", help="the .weights.h5 to begin with; else an encoder begins with random ones"
    )
    parser.add_argument(
        "--bfloat16", action="store_true", help="compute in it: faster where the processor multiplies it"
    )
    parser.add_argument("--run", type=Path, default=Path("var/training"), help="the folder that keeps the run")
    options = parser.parse_args()
    of_eye = options.step.endswith("-eye")
    if bool(options.photos) != bool(options.labels):
        parser.error("--photos and --labels go together")
    if of_eye and not options.photos:
        parser.error("the eye learns from --photos with --labels as well, some of them of no product")
    if not is_installed():
        parser.exit(1, f"{HOW_TO_INSTALL}\n")
    try:
        _run(options, of_eye)
    except (UnusableFile, OSError) as error:
        parser.exit(1, f"{error}\n")


def _run(options: argparse.Namespace, of_eye: bool) -> None:
    # Keras takes seconds to import, and a mistaken option is told without it.
    import keras

    from recommender.training.export import export
    from recommender.training.eye import export_eye, train_eye
    from recommender.training.material import Material, load_photos
    from recommender.training.training import train

    products = load_products(options.styles, options.images, SIZE if of_eye else (WIDTH, HEIGHT))
    photos = load_photos(options.photos, options.labels, options.kinds, products) if options.photos else None
    if of_eye and not (photos and photos.nothing):
        raise UnusableFile("the eye learns from photos of nothing as well, which have no label")
    material = Material(products, photos, options.larger, options.teacher)
    if options.step.startswith("export"):
        (export_eye if of_eye else export)(material, options.run)
        return
    if options.bfloat16:
        keras.config.set_dtype_policy("mixed_bfloat16")
    (train_eye if of_eye else train)(material, options.run, options.epochs, options.minutes, options.start)


if __name__ == "__main__":
    main()
