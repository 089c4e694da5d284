"""RTSAE, the paper's method: frames at which the attention gate opens."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from model.errors import InvalidValue
from model.features.types import Features, Gate
from model.methods.base import Method, Selection, parameter
from model.methods.filling import fill_apart, unchanging
from model.methods.kts import medoids
from model.methods.sampling import rows
from model.types import Curve, FrameScores, Indices

BISECTIONS = 20  # settings tried for a wanted number
PRICE_OCTAVES = 10.0  # prices from a thousandth to a thousand times the usual
OPENING, TYPICAL = "opening", "typical"


@dataclass(frozen=True)
class RTSAE(Method):
    """The frames at which the gate of the Recurrent Temporal Sparse Autoencoder opens.

    Zhang et al., "End-to-end temporal attention extraction and human action recognition" (Machine
    Vision and Applications 29, 2018): the paper behind this program. Learned without labels: an
    encoder of attention LSTMs reads the features of about ten frames a second, and its gate decides
    at each of these steps whether what it sees is worth passing on to a decoder that has to rebuild
    the whole sequence. A frame is a keyframe where the gate a_t (equations 6 and 7) is above
    `threshold` (equation 14); its score is a_t. The attention phi_t (equation 21) is the share of
    the step in the encoder's output: it is shown beside the gate and decides nothing. What opens is
    remembered, so that another threshold changes what opens later; the first step always opens, as
    nothing is known before it. `price` multiplies the cost of opening, which the gate was trained
    to weigh.

    No code of the authors is known, so the network is a reconstruction. Trained as printed it does
    not select well on clips that it has not seen; what the shipped checkpoint does in another way,
    why, and what it reaches, is in docs/attention.md.

    What a step opens on is held until the next one opens, and where a picture is cut or dissolved
    the step that opens is no good likeness of what follows. The paper's `rule` is `opening`. The
    other, `typical`, is ours, for summaries: it shows the step of that stretch whose colours are
    closest to their mean, as `kts` does; its score is that of the opening.

    Keyframes: as many as gates open; if none does, the step of the largest gate. A wanted number K
    is met by bisecting the price of opening, a threshold on what a step must save, and running the
    recursion again (a gate without a price: its threshold). The price, since the gate was trained
    over a range of prices and at one threshold; the parameter `price` then has no say. Where no run
    gives exactly K, the nearest is taken, and keyframes that follow another soonest are dropped, or
    the middles of the longest gaps added. Above the number of steps, frames between them are
    added by the gate interpolated in time.
    """

    name: ClassVar[str] = "rtsae"
    title: ClassVar[str] = "RTSAE (attention)"
    needs: ClassVar[frozenset[str]] = frozenset({"colours"})
    needs_gate: ClassVar[bool] = True

    threshold: float = parameter(0.5, "The gate opens above this value.", low=0.0, high=1.0)
    price: float = parameter(
        1.0, "Cost of opening, times the checkpoint's own.", low=0.001, high=1000.0
    )
    rule: str = parameter(
        OPENING, "Which step stands for what the gate holds.", choices=(OPENING, TYPICAL)
    )

    def select(self, features: Features, k: int | None) -> Selection:
        """Frames of the open steps."""
        if features.gate is None:
            raise InvalidValue("rtsae: wanted the gate of the attention model, got none")
        scores = features.gate.scores(self.threshold, self.price)
        if k is None:
            step_K, notices = _open_steps(scores)
            notices = notices or self._alone(features, scores, step_K)
        elif k > len(scores.index_S):
            return _between_steps(features, scores, k)
        else:
            scores, step_K, notices = _exactly(features.gate, scores, k)
        shown_K = step_K if self.rule == OPENING else _typical(features, scores, step_K)
        index_K, score_K = scores.index_S[shown_K], scores.gate_S[step_K]
        return Selection(index_K, score_K, _curves(scores), notices)

    def _alone(self, features: Features, scores: FrameScores, step_K: Indices) -> tuple[str, ...]:
        """What to say where nothing opens after the first step, which always does."""
        S = len(scores.index_S)
        if features.T == 1 or step_K.tolist() != [0]:
            return ()
        if S == 1:
            return (unchanging("The attention model saw a single step", 1, "it"),)
        colours_SD = features.descriptors["colours"][scores.index_S]
        still = bool((colours_SD == colours_SD[:1]).all())
        cause = "The colours never change between steps" if still else "No later gate opens"
        shown = "the first step" if self.rule == OPENING else "the most typical step"
        return (unchanging(cause, 1, shown),)


def _typical(features: Features, scores: FrameScores, step_K: Indices) -> Indices:
    """Of the steps from each opening up to the next, the one closest to their mean colours."""
    root_SD = np.sqrt(rows(features, "colours", scores.index_S))
    return medoids(root_SD, np.append(step_K, len(root_SD)))


def _open_steps(scores: FrameScores) -> tuple[Indices, tuple[str, ...]]:
    """The steps that open, or the one nearest to opening."""
    if scores.open_S.any():
        return np.flatnonzero(scores.open_S), ()
    best = int(scores.gate_S.argmax())
    return np.array([best]), (
        f"No gate opens: the largest, {scores.gate_S[best]:.3f}, is taken "
        f"(threshold {scores.threshold:g}).",
    )


def _exactly(
    gate: Gate, scores: FrameScores, k: int
) -> tuple[FrameScores, Indices, tuple[str, ...]]:
    """The run whose number of open steps is nearest to k, and k of its steps."""
    if gate.priced:
        threshold = scores.threshold
        low, high = -PRICE_OCTAVES, PRICE_OCTAVES
        position, scores = _nearest_run(
            lambda octave: gate.scores(threshold, 2.0**octave), low, high, k
        )
        setting = f"price of opening is {2.0**position:.4g} times its usual"
    else:
        position, scores = _nearest_run(gate.scores, 0.0, 1.0, k)
        setting = f"threshold is {position:.4g}"
    opened = int(scores.open_S.sum())
    how = f"The gate's {setting} for {k} keyframes"
    if opened == k:
        return scores, np.flatnonzero(scores.open_S), (f"{how}.",)
    step_K = np.flatnonzero(scores.open_S)
    while len(step_K) > k:
        step_K = np.delete(step_K, int(np.diff(step_K).argmin()) + 1)
    while len(step_K) < k:
        ends = np.concatenate([[-1], step_K, [len(scores.index_S)]])
        widest = int(np.diff(ends).argmax())
        step_K = np.insert(step_K, widest, (ends[widest] + ends[widest + 1]) // 2)
    change = (
        f"{opened - k} that follow another soonest are dropped"
        if opened > k
        else f"{k - opened} in the middle of the longest gaps are added"
    )
    return scores, step_K, (f"{how}: {opened} steps open, {change}.",)


def _nearest_run(
    run: Callable[[float], FrameScores], low: float, high: float, k: int
) -> tuple[float, FrameScores]:
    """Bisect for k open steps between two settings; the nearest run met, the larger of two as near.

    Fewer open at a higher setting, mostly: the recursion makes no promise.
    """

    def miss(tried: tuple[float, FrameScores]) -> tuple[int, bool]:
        surplus = int(tried[1].open_S.sum()) - k
        return abs(surplus), surplus < 0

    nearest = None
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        tried = middle, run(middle)
        nearest = tried if nearest is None else min(nearest, tried, key=miss)
        distance, too_few = miss(tried)
        if distance == 0:
            break
        low, high = (low, middle) if too_few else (middle, high)
    assert nearest is not None
    return nearest


def _between_steps(features: Features, scores: FrameScores, k: int) -> Selection:
    """All steps, and frames between them by the interpolated gate."""
    gate_T = np.interp(features.times_T, scores.time_S, scores.gate_S)
    index_K = fill_apart(gate_T, scores.index_S, k)
    S = len(scores.index_S)
    notice = (
        f"The attention model saw {S} steps: all are taken, and {k - S} frames between them "
        "by their interpolated gates."
    )
    return Selection(index_K, gate_T[index_K], _curves(scores), (notice,))


def _curves(scores: FrameScores) -> dict[str, Curve]:
    return {
        "phi": Curve(scores.time_S, scores.phi_S, "attention phi_t", "of 1"),
        "gate": Curve(scores.time_S, scores.gate_S, "gate a_t", "", scores.threshold),
    }
