"""RankTracing (Abd-Almageed, ICIP 2008): shots from the rank of colour histograms."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from model.features.types import HISTOGRAM_REACH, Features
from model.methods.base import Method, Selection, parameter
from model.methods.filling import fill_apart, unchanging
from model.methods.ranks import Transitions, singular_ratios, transitions
from model.types import Curve, Floats, Indices

ROUNDING = 1e-6  # of s_2/s_1: windows of equal rows reach some 1e-8
START_SHOT, MAX_RANK = "start-shot", "max-rank"


@dataclass(frozen=True)
class RankTracing(Method):
    """Shots by the rank of the colours in a sliding window: above 1 means two scenes in the window.

    Abd-Almageed, "Online, simultaneous shot boundary detection and key frame extraction for sports
    videos using rank tracing" (ICIP 2008). Hue, saturation and value histograms (256 bins each,
    each summing to 1) of `window` frames form a matrix; its rank is the number of singular values
    above `tau` times the largest. A run of rank above 1 is a transition; a shot starts where the
    rank is back at 1. The paper's own window, threshold and keyframe rule were not available to us:
    the defaults come from two public re-implementations, both in Scala on OpenCV, with windows of
    10 and of 5 frames and the same `tau`. Their faults are not repeated: they convert colours from
    the wrong order of channels, give hue the wrong range and leave histograms unnormalised. Here a
    clip is also extended by its own first and last frame, so that very short shots at its ends are
    seen. `start-shot` is the rule that a survey by Matthews et al. (Machine Vision and
    Applications, 2019) ascribes to the paper, `max-rank` that of one re-implementation. The rule
    `start-shot` takes frame 0 and the first frame after each transition; `max-rank` takes the
    middle of the window of largest rank in each transition and, for the last shot, the frame of
    largest s_2/s_1. The score is that transition's largest s_2/s_1.

    Keyframes: one for each shot. An action clip is mostly a single shot and so has one keyframe:
    that is the method's answer. A wanted number K takes the transitions of largest s_2/s_1
    (`start-shot` keeps frame 0); where there are fewer, the frames of largest s_2/s_1 away from
    them are added, as a lower `tau` would.
    """

    name: ClassVar[str] = "ranktracing"
    title: ClassVar[str] = "RankTracing"
    needs: ClassVar[frozenset[str]] = frozenset({"histogram"})

    rule: str = parameter(
        START_SHOT, "Which frame stands for a shot.", choices=(START_SHOT, MAX_RANK)
    )
    window: int = parameter(10, "Frames in the sliding window.", low=2, high=HISTOGRAM_REACH)
    tau: float = parameter(
        0.25, "Singular values above this share of the largest count.", low=0.01, high=0.99
    )
    hop: int = parameter(1, "Frames between two windows.", low=1, high=10)

    def select(self, features: Features, k: int | None) -> Selection:
        """One frame for each shot."""
        T, N = features.T, min(self.window, features.T)
        ratios_WN = singular_ratios(features.descriptors["histogram"], N)
        held = np.arange(len(ratios_WN)) // self.hop * self.hop
        held[-1] = len(held) - 1  # one frame N times: whatever the hop, a transition ends here
        ratios_WN = ratios_WN[held]
        rank_W = (ratios_WN > self.tau).sum(axis=1)
        second_W = ratios_WN[:, 1] if N > 1 else np.zeros(T)
        centred = slice(N - 1 - N // 2, N - 1 - N // 2 + T)  # window w ends at frame w
        second_T = second_W[centred]
        found = transitions(rank_W, second_W, N)
        index_K, score_K = self._shots(found, second_T)
        notices = _single_shot(found, second_T, self.tau)
        if k is not None:
            index_K, score_K, how = self._exactly(index_K, score_K, second_T, k)
            notices = (*notices, how)
        if T > 1 and second_T.max() <= ROUNDING:
            notices = (unchanging("The colours never change", len(index_K)),)
        curves = {
            "rank": Curve(features.times_T, rank_W[centred].astype(np.float64), "rank"),
            "ratio": Curve(features.times_T, second_T, "s_2/s_1", "", self.tau),
        }
        return Selection(index_K, score_K, curves, notices)

    def _shots(self, found: Transitions, second_T: Floats) -> tuple[Indices, Floats]:
        """The keyframe of each shot and its score, sorted and unique."""
        if self.rule == START_SHOT:
            index = np.append(0, found.start_J)
            score = np.append(second_T[0], found.strength_J)
        else:
            index = np.append(found.centre_J, found.tail)
            score = np.append(found.strength_J, second_T[found.tail])
        index_K, first = np.unique(index, return_index=True)
        return index_K.astype(np.int64), score[first]

    def _exactly(
        self, index_J: Indices, score_J: Floats, second_T: Floats, k: int
    ) -> tuple[Indices, Floats, str]:
        """The k strongest of these keyframes, or all of them and more by s_2/s_1."""
        if k <= len(index_J):
            strength_J = score_J.copy()
            if self.rule == START_SHOT:
                strength_J[0] = np.inf
            kept = np.sort(np.argsort(-strength_J, kind="stable")[:k])
            return index_J[kept], score_J[kept], f"The strongest {k} of {len(index_J)} shots."
        index_K = fill_apart(second_T, index_J, k)
        score_T = second_T.copy()
        score_T[index_J] = score_J
        how = f"{len(index_J)} shots, and {k - len(index_J)} frames of largest s_2/s_1 away."
        return index_K, score_T[index_K], how


def _single_shot(found: Transitions, second_T: Floats, tau: float) -> tuple[str, ...]:
    if len(found.start_J):
        return ()
    top = float(second_T.max())
    return (f"A single shot: s_2/s_1 reaches {top:.3f}, and counts above tau = {tau:g}.",)
