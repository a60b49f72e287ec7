"""How the encoder's weights move: Muon on the kernels, AdamW on everything else."""

import keras
from keras import ops

PEAK_LEARNING_RATE = 8e-3
WEIGHT_DECAY = 0.05
WARM_UP_SHARE = 0.03
DECAY_SHARE = 0.4
FEWEST_CHANNELS = 16


class Muon(keras.optimizers.Muon):
    """Keras' Muon, taught that a convolution's kernel is a matrix too: its window and input by its output channels.

    Source: Jordan et al.: Muon, an optimizer for hidden layers in neural networks (2024).
    """

    def __init__(self):
        super().__init__(PEAK_LEARNING_RATE, weight_decay=WEIGHT_DECAY, adam_weight_decay=WEIGHT_DECAY)
        self.exclude_from_weight_decay(var_names=["gamma", "beta", "power"])

    def _should_use_adamw(self, variable) -> bool:
        is_kernel = len(variable.shape) in (2, 4) and "heads" not in variable.path
        return not is_kernel or min(variable.shape[-2:]) < FEWEST_CHANNELS

    def _muon_update_step(self, gradient, variable, lr, m) -> None:
        self.assign_add(m, gradient + m * (self.momentum - 1))
        step = ops.reshape(gradient + self.momentum * m, (-1, variable.shape[-1]))
        # The iteration needs few digits: where the network computes in bfloat16, so does this.
        step = ops.cast(step, keras.config.dtype_policy().compute_dtype)
        step = ops.cast(self.zeropower_via_newtonschulz5(step, self.ns_steps), variable.dtype)
        self.assign_sub(variable, ops.reshape(self.lr_adjust(lr * step), variable.shape))


def schedule(share_done: float) -> float:
    """The share of the peak rate: up, level, and down to zero, along lines, when that share (0..1) of a run is done.

    Source: Hägele et al.: Scaling Laws and Compute-Optimal Training Beyond Fixed Training Durations (2024).
    """
    return min(1.0, (share_done + 1e-3) / WARM_UP_SHARE, (1 - share_done) / DECAY_SHARE)
