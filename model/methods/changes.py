"""Kernel temporal segmentation: optimal change points by dynamic programming (Potapov et al. 2014).

N samples with features x_n and the linear kernel <x_i, x_j>. A segment is samples i to j - 1; its
scatter is the sum of squared distances to its mean. m change points make m + 1 segments.
"""

import numpy as np
from numpy.typing import NDArray

from model.types import Floats, Indices

ROUNDING = 1e-9  # differences of scatter below this are rounding


def scatters(x_ND: Floats) -> Floats:
    """(N + 1, N + 1): at [j, i] the scatter of samples i to j - 1; infinite for j <= i."""
    N = len(x_ND)
    sum_PD = np.concatenate([np.zeros((1, x_ND.shape[1])), x_ND.cumsum(axis=0)])
    square_P = np.append(0.0, np.einsum("nd,nd->n", x_ND, x_ND).cumsum())
    product_PP = sum_PD @ sum_PD.T
    norm_P = product_PP.diagonal()
    length_PP = np.subtract.outer(np.arange(N + 1), np.arange(N + 1))
    of_sum_PP = norm_P[:, None] + norm_P - 2 * product_PP
    scatter_PP = np.subtract.outer(square_P, square_P) - of_sum_PP / np.maximum(length_PP, 1)
    scatter_PP[scatter_PP < ROUNDING] = 0
    scatter_PP[length_PP <= 0] = np.inf
    return np.asarray(scatter_PP, np.float64)


def best_partitions(scatter_PP: Floats, most: int) -> tuple[Floats, NDArray[np.int32]]:
    """The least total scatter with 0 to `most` change points, (most + 1,), and how to get there.

    Row m of the second, (most + 1, N + 1), holds where the last of m + 1 segments that end at
    sample j starts. Wants most < N. O(most N^2) time.
    """
    best_P = scatter_PP[:, 0].copy()
    total_M = np.empty(most + 1)
    start_MP = np.zeros((most + 1, len(scatter_PP)), np.int32)
    total_M[0] = best_P[-1]
    for m in range(1, most + 1):
        by_start_PP = scatter_PP + best_P
        start_MP[m] = by_start_PP.argmin(axis=1)
        best_P = np.take_along_axis(by_start_PP, start_MP[m][:, None], axis=1)[:, 0]
        total_M[m] = best_P[-1]
    return total_M, start_MP


def boundaries(start_MP: NDArray[np.int32], m: int) -> Indices:
    """0, the m change points and N, (m + 2,)."""
    ends = [start_MP.shape[1] - 1]
    for row in range(m, -1, -1):
        ends.append(int(start_MP[row, ends[-1]]))
    return np.array(ends[::-1], np.int64)


def penalised(total_M: Floats, N: int, penalty: float) -> Floats:
    """total_m / N + penalty m / (2 N) (ln(N / m) + 1): its minimum is the number of changes."""
    m = np.arange(len(total_M))
    cost = penalty * m / (2 * N) * (np.log(N / np.maximum(m, 1)) + 1)
    return np.asarray(total_M / N + cost, np.float64)
