"""The delta rule: a keyframe wherever the picture has changed enough since the last one."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from model.features.types import Features
from model.methods.base import Method, Selection, parameter
from model.methods.filling import fill_apart, unchanging
from model.methods.openings import at_most, openings
from model.types import Curve, Floats, Indices


@dataclass(frozen=True)
class Delta(Method):
    """The frames at which the picture has moved by a threshold since the last keyframe.

    The plain rule that any learned gate has to beat: it remembers the last keyframe, as a gate
    does, and learns nothing. It has no paper: it is "send on delta" from sampling theory, and the
    rule by which this project judges its own gate (`kairoscope evaluate attention`), there on the
    gate's features. Here, so that no network is needed, a frame is its thumbnail of 8 x 8 colours;
    the distance of two is the root mean square of their differences, in shares of full scale:
    0 for the same picture, 1 for black and white. The thumbnail is a choice: it sees cuts, pans
    and anybody who crosses the picture, and is blind to what is smaller than a cell. The first
    frame always opens, with the score 0; the score of another keyframe is its distance from the
    one before, which is also the curve.

    Keyframes: as many as open at `threshold`. A wanted number K is met by bisecting the threshold
    and running the rule again. Ties: where frames have moved equally, or one run opens several
    more than the next, no threshold gives exactly K; then the run with most keyframes below K is
    taken, and the frames furthest from the keyframe before them are added, away from the others.
    """

    name: ClassVar[str] = "delta"
    title: ClassVar[str] = "Delta rule"
    needs: ClassVar[frozenset[str]] = frozenset({"layout"})

    threshold: float = parameter(
        0.06, "How far the picture moves before the next keyframe.", low=0.0, high=1.0
    )

    def select(self, features: Features, k: int | None) -> Selection:
        """The openings of the rule at `threshold`, or at the one that gives k."""
        moved = _Moved(features.descriptors["layout"])
        if k is None:
            threshold, index_K = self.threshold, openings(moved, features.T, self.threshold)
            distance_T = moved.since_last(index_K)
            notice = _degenerate(len(index_K), features.T, threshold)
        else:
            opened_K = at_most(moved, features.T, k, 1.0)
            distance_T = moved.since_last(opened_K)
            threshold = _between(distance_T, opened_K)
            notice = _how(len(opened_K), k, threshold)
            index_K = fill_apart(distance_T, opened_K, k)
        if features.T > 1 and moved.never():
            notice = unchanging("The thumbnail never changes", len(index_K), "the first frame")
        label = "distance from the last keyframe"
        curve = Curve(features.times_T, distance_T, label, "of full scale", threshold)
        return Selection(
            index_K, distance_T[index_K], {"distance": curve}, (notice,) if notice else ()
        )


@dataclass(frozen=True)
class _Moved:
    """The distance between frames by their rows, uint8, shape (T, D)."""

    rows_TD: NDArray[Any]

    def __call__(self, held: int, first: int, end: int) -> Floats:
        """Root mean square differences of rows first to end - 1 from row `held`, of 255."""
        apart_ND = self.rows_TD[first:end].astype(np.float32) - self.rows_TD[held]
        square_N = np.einsum("nd,nd->n", apart_ND, apart_ND) / apart_ND.shape[1]
        moved_N: Floats = np.sqrt(square_N, dtype=np.float64) / 255
        return moved_N

    def never(self) -> bool:
        """Whether all rows are the same."""
        return bool((self.rows_TD == self.rows_TD[:1]).all())

    def since_last(self, index_K: Indices) -> Floats:
        """(T,): the distance of each frame from the last keyframe before it; 0 for the first."""
        distance_T = np.zeros(len(self.rows_TD))
        ends = [*index_K[1:].tolist(), len(distance_T) - 1]
        for held, end in zip(index_K.tolist(), ends, strict=True):
            distance_T[held + 1 : end + 1] = self(held, held + 1, end + 1)
        return distance_T


def _between(distance_T: Floats, index_K: Indices) -> float:
    """Of all thresholds that open these frames and no others, the middle one."""
    opens_T = np.zeros(len(distance_T), np.bool_)
    opens_T[index_K] = True
    low = float(distance_T[~opens_T].max(initial=0.0))
    return (low + float(distance_T[index_K[1:]].min())) / 2 if len(index_K) > 1 else low


def _degenerate(opened: int, T: int, threshold: float) -> str:
    """What to say of a run in which nothing or everything opens."""
    if T > 1 and opened == 1:
        return f"Nothing moves by {threshold:g} from the first frame: it stands for the clip."
    if opened == T > 2:
        return f"Every frame has moved by {threshold:g} since the one before: all are taken."
    return ""


def _how(opened: int, k: int, threshold: float) -> str:
    if opened == k:
        return f"The threshold is {threshold:.4g} for {k} keyframes."
    return (
        f"No threshold gives {k} keyframes: {threshold:.4g} gives {opened}, and {k - opened} of "
        "the frames that have moved most, away from them, are added."
    )
