"""The 0/1 knapsack by dynamic programming."""

import numpy as np

from model.types import Floats, Indices


def knapsack(value_N: Floats, weight_N: Indices, capacity: int) -> Indices:
    """The items of the largest total value whose integer weights fit into `capacity`, sorted.

    Exact, in O(N * capacity) time and N * capacity bits. Empty when nothing of value fits.
    """
    best = np.zeros(capacity + 1)  # best[c]: the largest value of the items so far in weight c
    taken = []
    for value, weight in zip(value_N.tolist(), weight_N.tolist(), strict=True):
        better = np.zeros(capacity + 1, np.bool_)
        if weight <= capacity:
            with_item = best[: capacity + 1 - weight] + value
            better[weight:] = with_item > best[weight:]
            best[weight:] = np.maximum(best[weight:], with_item)
        taken.append(np.packbits(better))
    chosen, left = [], capacity
    for item in range(len(taken) - 1, -1, -1):
        if np.unpackbits(taken[item])[left]:
            chosen.append(item)
            left -= int(weight_N[item])
    return np.array(chosen[::-1], np.int64)
