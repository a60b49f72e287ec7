"""The recipe of the encoder: data, model, losses, schedule, export."""

RUN_WEIGHTS = "encoder.weights.h5"
"""The file in a run's folder that holds what it has learnt."""
