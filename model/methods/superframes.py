"""Superframes (Gygli et al., ECCV 2014): segments, their interest, and a knapsack."""

from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from model.features.types import Features
from model.methods.base import Method, Selection, parameter
from model.methods.filling import fill_apart, unchanging
from model.methods.knapsack import knapsack
from model.methods.segmentation import SegmentScore, equal_segments, hill_climb
from model.types import Curve, Floats, Indices

STEP_S = 0.25  # how far a boundary moves at first
ROUNDING = 1e-9  # 0.29 of 100 frames are 29
NO_DETECTORS = "Interest without faces or landmarks: no detector ships with this program."


@dataclass(frozen=True)
class Superframes(Method):
    """Segments that start and end where little moves; the most interesting ones within a budget.

    Gygli et al., "Creating summaries from user videos" (ECCV 2014). The clip is cut into
    superframes by hill climbing: a segment scores by how likely its length is (log-normal, mode
    1.85 s) and by how little moves at its two ends, where motion is the speed of tracked corners.
    The constants, mu 1.16571 and sigma 0.742374 as fitted to SumMe, and the steps are those of the
    authors' code in a modified copy, sxs4337/superframes on GitHub. Four faults of that code are
    not repeated: it takes the spectral norm of all displacements for their mean length, divides by
    one interval more than it tracks, cuts lengths off at 1000 frames, and marks an impossible move
    by -1, not by minus infinity.

    The interest of a frame is, in the original, a weighted sum of attention, aesthetics, landmarks,
    faces and motion with learned weights, which we did not find; here it is the plain mean of
    contrast, colourfulness, sharpness and motion, each scaled to [0, 1] over the clip. There is no
    landmark detector and no face detector: none comes with the libraries used. A 0/1 knapsack takes
    the superframes of the largest summed interest within `budget` of the frames. The original ends
    with segments; as the paper compares frames, the keyframe of a superframe is its most
    interesting frame, and that interest is its score.

    Keyframes: one for each superframe in the knapsack. A short clip often has no superframe that
    fits into the budget; then the one of most interest per frame is taken, and a notice says so. A
    wanted number K takes the K superframes of most interest per frame, whatever the budget; where
    there are fewer, the most interesting frames away from theirs are added.
    """

    name: ClassVar[str] = "superframes"
    title: ClassVar[str] = "Superframes"
    needs: ClassVar[frozenset[str]] = frozenset({"quality", "tracks"})

    budget: float = parameter(0.15, "Share of the frames in the summary.", low=0.01, high=1.0)
    gamma: float = parameter(1.0, "How much motion at its ends costs a segment.", low=0.0, high=100)

    def select(self, features: Features, k: int | None) -> Selection:
        """The most interesting frame of each chosen superframe."""
        tracks_T = np.asarray(features.descriptors["tracks"], np.float64)
        motion_T = gaussian_filter1d(tracks_T, 0.5, radius=3, mode="nearest")
        interest_T = interest(features.descriptors["quality"], motion_T)
        cuts_B = self.segments(features, motion_T)
        sum_N = np.add.reduceat(interest_T, cuts_B[:-1])
        size_N = np.diff(cuts_B)
        if k is None:
            chosen_N, how = self._own(sum_N, size_N)
        else:
            chosen_N, how = _densest(sum_N, size_N, k)
        peaks = [int(interest_T[a:b].argmax()) + int(a) for a, b in pairwise(cuts_B)]
        index_K = np.array(peaks, np.int64)[chosen_N]
        if k is not None:
            index_K = fill_apart(interest_T, index_K, k)
        curves = {
            "interest": Curve(features.times_T, interest_T, "interest i_k", "of 1"),
            "motion": Curve(features.times_T, motion_T, "motion of tracks", "sides/s"),
        }
        notices = [how, NO_DETECTORS]
        if features.T > 1 and not np.ptp(interest_T):
            notices.insert(1, unchanging("The interest never changes", len(index_K)))
        return Selection(index_K, interest_T[index_K], curves, tuple(notices))

    def segments(self, features: Features, motion_T: Floats) -> Indices:
        """The boundaries of the superframes: 0, first frames, T."""
        edges_E = np.append(features.times_T, features.times_T[-1] + 1 / features.fps)
        score = SegmentScore(motion_T, edges_E, self.gamma)
        start_B = equal_segments(features.T, features.fps)
        return hill_climb(start_B, score, round(STEP_S * features.fps))

    def _own(self, sum_N: Floats, size_N: Indices) -> tuple[Indices, str]:
        T, N = int(size_N.sum()), len(size_N)
        capacity = int(self.budget * T + ROUNDING)
        chosen_N = knapsack(sum_N, size_N, capacity)
        if len(chosen_N):
            frames = int(size_N[chosen_N].sum())
            return chosen_N, f"{len(chosen_N)} of {N} superframes: {frames} of {T} frames."
        densest = np.array([int((sum_N / size_N).argmax())])
        why = (
            "no superframe is of any interest"
            if size_N.min() <= capacity
            else f"the shortest of {N} superframes has {size_N.min()} frames"
        )
        return densest, (
            f"Nothing fits into {self.budget:.0%} of {T} frames ({why}): "
            "the superframe of most interest per frame is taken."
        )


def interest(quality_T3: NDArray[np.float64], motion_T: Floats) -> Floats:
    """Mean of contrast, colourfulness, sharpness and motion, each min-max scaled over the clip."""
    parts_T4 = np.column_stack([quality_T3, motion_T])
    low_4, span_4 = parts_T4.min(axis=0), np.ptp(parts_T4, axis=0)
    scaled_T4 = np.divide(parts_T4 - low_4, span_4, out=np.zeros_like(parts_T4), where=span_4 > 0)
    return np.asarray(scaled_T4.mean(axis=1), np.float64)


def _densest(sum_N: Floats, size_N: Indices, k: int) -> tuple[Indices, str]:
    """The k superframes of most interest per frame, or all of them."""
    N = len(size_N)
    best = np.sort(np.argsort(-sum_N / size_N, kind="stable")[:k])
    if k <= N:
        return best, f"The {k} of {N} superframes with most interest per frame."
    return best, f"All {N} superframes, and {k - N} interesting frames away from theirs."
