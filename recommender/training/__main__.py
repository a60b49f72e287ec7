"""Trains and exports the encoder: `python -m recommender.training train|export --styles FILE --images PLACE`."""

import argparse
from pathlib import Path

from recommender.training.data import load_products


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m recommender.training", description=__doc__)
    parser.add_argument("step", choices=("train", "export"))
    parser.add_argument("--styles", type=Path, required=True)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument(
        "--precision",
        choices=("float32", "mixed_bfloat16"),
        default="float32",
        help="mixed_bfloat16 is faster where it can be multiplied (AVX512_BF16, AMX, GPUs), far slower elsewhere",
    )
    parser.add_argument("--run", type=Path, default=Path("var/training"), help="the folder that keeps the run")
    options = parser.parse_args()
    products = load_products(options.styles, options.images)
    if options.step == "train":
        from recommender.training.training import train

        train(products, options.epochs, options.precision, options.run)
    else:
        from recommender.training.export import export

        export(products, options.run)


if __name__ == "__main__":
    main()
