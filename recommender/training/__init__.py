"""The recipe of the encoder: augmentation, model, losses, schedule, export."""

from importlib.util import find_spec

RUN_WEIGHTS = "encoder.weights.h5"
"""The file in a run's folder that holds what it has learnt."""
HOW_TO_INSTALL = "Training needs TensorFlow: pip install -r requirements.txt"


def is_installed() -> bool:
    """Whether what only the training needs is there."""
    return all(map(find_spec, ("keras", "tensorflow")))
