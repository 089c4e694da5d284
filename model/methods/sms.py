"""SMS, the keyframe extractor of Vanilla ARCH, reconstructed as motion peaks."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks, peak_prominences

from model.features.types import Features
from model.methods.base import Method, Selection, parameter
from model.methods.filling import fill_apart, unchanging
from model.types import Curve, Floats, Indices

FLAT = 1e-9  # relative spread below which a signal has no peak


@dataclass(frozen=True)
class SMS(Method):
    """Peaks of motion. A reconstruction: neither the rule nor the meaning of the letters is known.

    ARCH is Xin et al., "ARCH: Adaptive recurrent-convolutional hybrid networks for long-term action
    recognition" (Neurocomputing 178, 2016). The paper behind this program names SMS as its keyframe
    extractor and compares with it, but only the abstract of ARCH was at hand, and no code of it is
    known. What that says (it mixes static, dynamic and sequential features and adapts to the speed
    and duration of an action) fits the most plausible rule, which is what this method does: per
    frame, the mean length of the optical flow after removing its median (the camera's pan),
    smoothed by a Gaussian and divided by its maximum; keyframes are the local maxima that stand
    out. A cut between shots looks like motion, too. The score of a keyframe is that motion.

    Keyframes: as many as there are peaks of at least `prominence`, `distance` frames apart; without
    a peak the frame of most motion, and without any change of motion the middle frame. A wanted
    number K takes the K most prominent peaks, as a lower or higher `prominence` would; where there
    are fewer, the frames of most motion away from them are added.
    """

    name: ClassVar[str] = "sms"
    title: ClassVar[str] = "SMS (reconstruction)"
    needs: ClassVar[frozenset[str]] = frozenset({"motion"})

    sigma: float = parameter(2.0, "Smoothing of the motion, in frames.", low=0.0, high=50.0)
    prominence: float = parameter(
        0.1, "How far a peak stands out, as a share of the largest motion.", low=0.0, high=1.0
    )
    distance: int = parameter(6, "Frames between two keyframes, at least.", low=1, high=1000)

    def select(self, features: Features, k: int | None) -> Selection:
        """Motion peaks, by prominence."""
        motion_T = self.smooth(np.asarray(features.descriptors["motion"], np.float64))
        curve = Curve(features.times_T, motion_T, "motion m_t, camera removed", "of its maximum")
        index_K, notices = self._own(motion_T) if k is None else self._exactly(motion_T, k)
        return Selection(index_K, motion_T[index_K], {"motion": curve}, notices)

    def smooth(self, motion_T: Floats) -> Floats:
        """Gaussian smoothing, then division by the maximum (all zero stays zero)."""
        smooth_T = gaussian_filter1d(motion_T, self.sigma) if self.sigma > 0 else motion_T
        top = float(smooth_T.max())
        return smooth_T / top if top > 0 else np.zeros_like(smooth_T)

    def _peaks(self, motion_T: Floats, prominence: float) -> Indices:
        if np.ptp(motion_T) <= FLAT:
            return np.empty(0, np.int64)
        peaks, _ = find_peaks(motion_T, prominence=prominence, distance=self.distance)
        return np.asarray(peaks, np.int64)

    def _own(self, motion_T: Floats) -> tuple[Indices, tuple[str, ...]]:
        peaks = self._peaks(motion_T, self.prominence)
        if len(peaks):
            return peaks, ()
        if np.ptp(motion_T) <= FLAT:
            middle = np.array([len(motion_T) // 2])
            return middle, (unchanging("The motion never changes", 1, "the middle frame"),)
        return np.array([int(motion_T.argmax())]), (
            f"No motion peak of prominence {self.prominence:g}: the frame of most motion is taken.",
        )

    def _exactly(self, motion_T: Floats, k: int) -> tuple[Indices, tuple[str, ...]]:
        if np.ptp(motion_T) <= FLAT:
            none = np.empty(0, np.int64)
            return fill_apart(motion_T, none, k), (unchanging("The motion never changes", k),)
        peaks = self._peaks(motion_T, FLAT)
        prominence = peak_prominences(motion_T, peaks)[0] if len(peaks) else np.empty(0)
        if len(peaks) >= k:
            best = np.argsort(-prominence, kind="stable")[:k]
            return np.sort(peaks[best]), (
                f"The {k} most prominent of {len(peaks)} motion peaks "
                f"(prominence from {prominence[best].min():.3g}).",
            )
        return fill_apart(motion_T, peaks, k), (
            f"{len(peaks)} motion peaks and {k - len(peaks)} frames of most motion away from them.",
        )
