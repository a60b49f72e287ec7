"""Trains and exports the encoder: `python -m recommender.training train|export --styles FILE --images PLACE`."""

import argparse
from pathlib import Path

from recommender.measuring.products import load_products
from recommender.training import HOW_TO_INSTALL, is_installed


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m recommender.training", description=__doc__)
    parser.add_argument("step", choices=("train", "export"))
    parser.add_argument("--styles", type=Path, required=True)
    parser.add_argument("--images", type=Path, required=True)
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--epochs", type=int, default=20)
    length.add_argument("--minutes", type=float, help="as many epochs as fit in so many minutes")
    parser.add_argument("--from", type=Path, dest="start", help="the .weights.h5 to begin with instead of random ones")
    parser.add_argument(
        "--bfloat16", action="store_true", help="compute in it: faster where the processor multiplies it"
    )
    parser.add_argument("--run", type=Path, default=Path("var/training"), help="the folder that keeps the run")
    options = parser.parse_args()
    if not is_installed():
        parser.exit(1, f"{HOW_TO_INSTALL}\n")
    products = load_products(options.styles, options.images)
    # Keras takes seconds to import, and a mistaken option is told without it.
    if options.step == "train":
        import keras

        from recommender.training.training import train

        if options.bfloat16:
            keras.config.set_dtype_policy("mixed_bfloat16")
        train(products, options.run, options.epochs, options.minutes, options.start)
    else:
        from recommender.training.export import export

        export(products, options.run)


if __name__ == "__main__":
    main()
