"""What the losses leave out, and where the heads begin."""

import subprocess
import sys

from tests.processes import ROOT


def test_losses_leave_out_what_they_must_and_heads_begin_with_the_classes_means():
    script = """
import numpy as np
from recommender.measuring.products import LABELS
from recommender.training.losses import AttributeHeads, attribute_loss, instance_loss

random = np.random.default_rng(0)
logits = [random.normal(size=(6, 3)).astype("float32") for _ in LABELS]
labels = random.integers(0, 3, (6, len(LABELS))).astype("int32")
labels[3:] = -1
known = float(attribute_loss([scores[:3] for scores in logits], labels[:3]))
assert abs(float(attribute_loss(logits, labels)) - known) < 1e-5

vectors = np.eye(8, dtype="float32")[[0, 1, 2, 3]]
pairs = np.concatenate([vectors, vectors])
different, twins = (np.tile(np.array(look, "int32"), 2) for look in ([0, 1, 2, 3], [0, 0, 2, 3]))
assert float(instance_loss(pairs, different)) < 1e-3
twin_pairs = pairs[[0, 0, 2, 3, 0, 0, 2, 3]]
assert float(instance_loss(twin_pairs, different)) > 0.3
assert float(instance_loss(twin_pairs, twins)) < 1e-3

heads = AttributeHeads((3, *[2] * (len(LABELS) - 2), 0))
heads(vectors)
known = np.array([[0], [0], [1], [-1]], "int32").repeat(len(LABELS) - 1, axis=1)
heads.imprint(vectors, np.pad(known, ((0, 0), (0, 1)), constant_values=-1))
assert np.isfinite(float(attribute_loss(heads(vectors), np.full((4, len(LABELS)), -1))))
scores = np.array(heads(vectors)[0])
assert np.allclose(scores[:3, :2], 16 * np.array([[0.5**0.5, 0], [0.5**0.5, 0], [0, 1]]), atol=1e-4)
"""
    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
