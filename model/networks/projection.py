"""The sparse random measurement matrix of equations 17 and 18.

Shape legend: N frames, C channels, n = input width, D = 128 compressed width.
"""

import math

import torch
from torch import Tensor


def measurement_matrix(D: int, n: int, seed: int) -> Tensor:
    """R of equation 18, (D, n): sqrt(3) x {-1 w.p. 1/6, 0 w.p. 2/3, +1 w.p. 1/6}.

    Scaled by 1 / sqrt(n), which the printed equation lacks: unscaled, projected maps have a
    deviation near 73 and saturate the LSTM. Reproducible from `seed` alone.
    """
    draw = torch.randint(6, (D, n), generator=torch.Generator().manual_seed(seed))
    signs = (draw == 0).float() - (draw == 1).float()
    return signs * math.sqrt(3.0 / n)


def fuse(x_s: Tensor, x_t: Tensor) -> Tensor:
    """(x_s + x_t) / (2 x_max) of equation 17 for maps (N, C, H, W), before the projection.

    x_max is the largest value of both maps of that frame; a frame of zeros stays zero.
    """
    x_max = torch.maximum(x_s.amax((1, 2, 3)), x_t.amax((1, 2, 3))).clamp_min(1e-6)
    return (x_s + x_t) / (2 * x_max[:, None, None, None])
