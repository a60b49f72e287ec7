"""LiteRT: networks as files that run without what trained them."""

import os

import numpy as np
from ai_edge_litert.interpreter import Interpreter


def open_network(content: bytes, pictures: int, threads: int | None = None) -> Interpreter:
    """The network in a LiteRT file, for so many pictures at a time; without `threads` each run takes every core."""
    interpreter = Interpreter(model_content=content, num_threads=threads or os.cpu_count())
    expected = interpreter.get_input_details()[0]
    interpreter.resize_tensor_input(expected["index"], (pictures, *expected["shape"][1:]))
    interpreter.allocate_tensors()
    return interpreter


def run(network: Interpreter, pictures: np.ndarray) -> np.ndarray:
    """What it makes of as many pictures, uint8 (n, h, w, 3), as it was opened for: float32 (n, d)."""
    network.set_tensor(network.get_input_details()[0]["index"], pictures.astype(np.float32))
    network.invoke()
    return network.get_tensor(network.get_output_details()[0]["index"])
