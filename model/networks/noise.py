"""What is random in a forward pass of training, drawn by each example's own generator.

Shape legend: N examples, T steps, F features. The numbers of an example follow from its generator
alone: not from the examples beside it, from how far a batch is padded, or from the process that
computes it. A batch may therefore be cut in any way, and be shared by any number of processes.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor


class Noise:
    """Uniform numbers for N examples, row n by the n-th generator, for one purpose: what is drawn
    for padding puts off what comes after it, so that each purpose has a stream of its own."""

    def __init__(self, rngs: Sequence[np.random.Generator]) -> None:
        self._streams = [rng.spawn(1)[0] for rng in rngs]

    def uniform(self, *shape: int, like: Tensor) -> Tensor:
        """The next numbers in [0, 1), (N, *shape) in float32, on the device of `like`; those of a
        shorter first axis are the first of these."""
        rows = [stream.random(shape, np.float32) for stream in self._streams]
        return torch.from_numpy(np.stack(rows)).to(like.device)


def dropout(x_NTF: Tensor, rate: float, noise: Noise) -> Tensor:
    """Each number is 0 with probability `rate`, else over 1 - `rate` (Srivastava 2014)."""
    if not rate:
        return x_NTF
    kept_NTF = noise.uniform(*x_NTF.shape[1:], like=x_NTF) >= rate
    return x_NTF * kept_NTF / (1 - rate)
