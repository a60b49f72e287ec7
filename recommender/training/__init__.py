"""The recipe of the encoder: augmentation, model, losses, schedule, export."""

from importlib.util import find_spec

from django.conf import settings

RUN_WEIGHTS = "encoder.weights.h5"
"""The file in a run's folder that holds what it has learnt."""
HOW_TO_INSTALL = "Training needs TensorFlow: pip install -r requirements.txt"


def is_installed() -> bool:
    """Whether what only the training needs is there."""
    return all(map(find_spec, ("keras", "tensorflow")))


# The readers of tables speak every language; without a shop, and its database, they speak English.
if not settings.configured:
    settings.configure(USE_I18N=False)
