"""PySceneDetect's detectors of cuts: the middle frame of each scene."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from model.features.types import Features
from model.methods.base import Method, Selection, parameter
from model.methods.filling import away_from, fill_apart, unchanging
from model.types import Curve, Floats, Indices

BISECTIONS = 16  # thresholds tried for a wanted number: to 0.004 of 255
TOP = 255.0  # of content values, and of their ratios


@dataclass(frozen=True)
class Scenes(Method):
    """The middle frame of each scene between the cuts that PySceneDetect finds.

    There is no paper: it is the library itself (Brandon Castellano, scenedetect 0.6.7). The content
    value of a frame, the curve, is the mean change of hue, saturation and brightness from the
    frame before. The detector `content` cuts where it reaches `threshold`; `adaptive` cuts where
    it is `ratio` times the mean of the two frames before and the two after, and at least 15, so
    that a fast pan is no cut. The library's rules for scenes shorter than `length` hold: cuts that
    follow each other faster are merged or left out. Two things differ from its command line: the
    frames are the 224 x 224 ones of the one pass, and their values are kept, so that the detectors
    are run again on the values alone when a threshold changes. The library ends with scenes; the
    keyframe of a scene is the frame in its middle, its score the content value of the cut that
    begins it, 0 for the first.

    Keyframes: one for each scene, so that a clip of one shot has its middle frame. A wanted number
    K is met by bisecting the detector's threshold (`threshold`, or `ratio`). Where no threshold
    tried gives K scenes, the one with most below K is taken, and the frames furthest from the
    keyframes are added, with the score 0.
    """

    name: ClassVar[str] = "scenes"
    title: ClassVar[str] = "PySceneDetect"
    needs: ClassVar[frozenset[str]] = frozenset({"content"})

    detector: str = parameter(
        "content", "What a cut is measured by.", choices=("content", "adaptive")
    )
    threshold: float = parameter(27.0, "content: the least value of a cut.", low=0.0, high=TOP)
    ratio: float = parameter(
        3.0, "adaptive: the least value of a cut, in means of its neighbours.", low=0.0, high=TOP
    )
    length: int = parameter(15, "Frames of a scene, at least.", low=1, high=10_000)

    def select(self, features: Features, k: int | None) -> Selection:
        """The middles of the scenes at the detector's threshold, or at the one that gives k."""
        value_T = np.asarray(features.descriptors["content"], np.float64)
        threshold = self.threshold if self.detector == "content" else self.ratio
        if k is None:
            cuts_C = self.cuts(value_T, threshold)
            notice = "" if len(cuts_C) else "No cut is found: the clip is one scene."
        else:
            threshold, cuts_C = _at_most(lambda t: self.cuts(value_T, t), k)
            notice = _how(self.detector, len(cuts_C) + 1, k, threshold)
        starts_K = np.concatenate([[0], cuts_C]).astype(np.int64)
        index_K = (starts_K + np.append(cuts_C, features.T)) // 2
        score_T = np.zeros(features.T)
        score_T[index_K[1:]] = value_T[cuts_C]
        if k is not None:
            index_K = fill_apart(away_from(index_K, features.T), index_K, k)
        if features.T > 1 and not value_T.any():
            notice = unchanging("The picture never changes", len(index_K), "the middle frame")
        line = threshold if self.detector == "content" else None
        curve = Curve(features.times_T, value_T, "content value", "of 255", line)
        return Selection(index_K, score_T[index_K], {"content": curve}, (notice,) if notice else ())

    def cuts(self, value_T: Floats, threshold: float) -> Indices:
        """The first frames of the scenes after the first, by the library's detector."""
        detector = _detector(self.detector, threshold, self.length)
        values = value_T.tolist()
        detector._calculate_frame_score = lambda number, _: values[number]
        found = [
            cut for number in range(len(values)) for cut in detector.process_frame(number, None)
        ]
        cuts_C = np.unique(np.array(found, np.int64))
        return cuts_C[cuts_C > 0]


def _detector(name: str, threshold: float, length: int) -> Any:
    """The library's detector; it looks at frames, unless it is told their scores."""
    from scenedetect.detectors import AdaptiveDetector, ContentDetector  # loads OpenCV

    if name == "content":
        return ContentDetector(threshold=threshold, min_scene_len=length)
    return AdaptiveDetector(adaptive_threshold=threshold, min_scene_len=length)


def _at_most(cuts_at: Callable[[float], Indices], k: int) -> tuple[float, Indices]:
    """The threshold bisected for at most k scenes; it and the cuts of as many as it gives.

    Fewer at a higher threshold, mostly: merging short scenes makes no promise.
    """
    low, high = 0.0, TOP
    threshold, cuts_C = TOP, np.empty(0, np.int64)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        tried = cuts_at(middle)
        if len(tried) < k and len(tried) >= len(cuts_C):
            threshold, cuts_C = middle, tried
        if len(tried) == k - 1:
            break
        low, high = (middle, high) if len(tried) >= k else (low, middle)
    return threshold, cuts_C


def _how(detector: str, scenes: int, k: int, threshold: float) -> str:
    name = "threshold" if detector == "content" else "ratio"
    if scenes == k:
        return f"The {name} is {threshold:.4g} for {k} scenes."
    return (
        f"No {name} tried gives {k} scenes: {threshold:.4g} gives {scenes}, and {k - scenes} "
        "frames far from their middles are added."
    )
