"""How the encoder's weights move: Muon on the kernels, AdamW on everything else."""

import keras
from keras import ops

PEAK_LEARNING_RATE = 4e-3
WEIGHT_DECAY = 0.05
WARM_UP_SHARE = 0.03
FEWEST_CHANNELS = 16


class Muon(keras.optimizers.Muon):
    """Keras' Muon, taught that a convolution's kernel is a matrix too: its window and input by its output channels.

    Source: Jordan et al.: Muon, an optimizer for hidden layers in neural networks (2024).
    """

    def _should_use_adamw(self, variable) -> bool:
        is_kernel = len(variable.shape) in (2, 4) and "heads" not in variable.path
        return not is_kernel or min(variable.shape[-2:]) < FEWEST_CHANNELS

    def _muon_update_step(self, gradient, variable, lr, m) -> None:
        self.assign_add(m, gradient + m * (self.momentum - 1))
        step = ops.reshape(gradient + self.momentum * m, (-1, variable.shape[-1]))
        step = self.lr_adjust(lr * self.zeropower_via_newtonschulz5(step, self.ns_steps))
        self.assign_sub(variable, ops.reshape(step, variable.shape))


def muon(steps: int) -> Muon:
    """The optimizer of a run of that many steps: warmed up, then down to zero along a cosine."""
    warm_up = max(int(steps * WARM_UP_SHARE), 1)
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0,
        decay_steps=max(steps - warm_up, 1),
        warmup_target=PEAK_LEARNING_RATE,
        warmup_steps=warm_up,
    )
    optimizer = Muon(schedule, weight_decay=WEIGHT_DECAY, adam_weight_decay=WEIGHT_DECAY)
    optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "power"])
    return optimizer
