"""Hold reconstruction: how well K steps stand for a clip when each holds until the next.

Shape legend: S steps, K chosen. `distance_SS` holds squared distances of features.
"""

import numpy as np
from numpy.typing import NDArray

from model.methods.openings import at_most
from model.types import Floats, Indices


def squared_distances(x_SD: NDArray[np.floating]) -> Floats:
    """|x_i - x_j|^2 for all pairs, (S, S)."""
    x = x_SD.astype(np.float64)
    square = (x**2).sum(1)
    distance_SS: Floats = np.maximum(square[:, None] + square[None] - 2 * x @ x.T, 0)
    return distance_SS


def hold_error(distance_SS: Floats, step_K: Indices) -> float:
    """Sum over steps of the squared distance to the last chosen step; `step_K` starts at 0."""
    steps = np.arange(len(distance_SS))
    source = step_K[np.searchsorted(step_K, steps, side="right") - 1]
    return float(distance_SS[steps, source].sum())


def optimum(distance_SS: Floats, K: int) -> tuple[float, Indices]:
    """The least hold error of K steps, the first being step 0, and those steps.

    By dynamic programming over segments: O(K S^2).
    """
    S = len(distance_SS)
    cost_SE = np.full((S, S + 1), np.inf)  # held from step s up to before step e
    for s in range(S):
        cost_SE[s, s + 1 :] = np.cumsum(distance_SS[s:, s])
    best = np.full(S + 1, np.inf)
    best[0] = 0.0
    choices = []
    for _ in range(K):
        through = best[:S, None] + cost_SE
        choices.append(through.argmin(0))
        best = through.min(0)
    steps, end = [], S
    for choice in reversed(choices):
        end = int(choice[end])
        steps.append(end)
    return float(best[S]), np.array(steps[::-1], np.int64)


def uniform(S: int, K: int) -> Indices:
    """Starts of K equal runs: the best equal spacing for a hold."""
    return np.unique(np.arange(K) * S // K).astype(np.int64)


def random_steps(S: int, K: int, rng: np.random.Generator) -> Indices:
    """Step 0 and K - 1 others."""
    others = rng.choice(np.arange(1, S), K - 1, replace=False)
    return np.sort(np.append(0, others)).astype(np.int64)


def delta_rule(distance_SS: Floats, K: int) -> Indices:
    """Opens when the features have moved by a threshold since the last opening.

    The threshold is bisected for at most K openings, as many as it gives.
    """

    def distance(held: int, first: int, end: int) -> Floats:
        return distance_SS[first:end, held]

    return at_most(distance, len(distance_SS), K, float(distance_SS.max()) + 1)


def share_of_gap(ratio: float, uniform_ratio: float) -> float:
    """(U - R) / (U - DP) with all errors as ratios to the optimum: 1 is the optimum, 0 uniform."""
    return (uniform_ratio - ratio) / (uniform_ratio - 1)
