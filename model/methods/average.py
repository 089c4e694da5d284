"""Average sampling, the baseline of Vanilla ARCH: as many keyframes as SMS, evenly spaced."""

import dataclasses
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from model.features.types import Features
from model.methods.base import Method, Selection, parameter
from model.methods.filling import midpoints
from model.methods.sms import SMS


@dataclass(frozen=True)
class Average(Method):
    """As many keyframes as SMS finds, evenly spaced: what remains of SMS without its choice.

    Zhang et al. (Machine Vision and Applications 29, 2018), the paper behind this program, report
    average sampling beside SMS for Vanilla ARCH without saying how the frames are spaced. Here they
    are the middle frames of M equal parts, floor((i + 0.5) T / M), so that at the same number only
    the selection differs. The parameters are those of SMS and decide M alone; the curve is the
    motion in which SMS looks for peaks. The scores carry no meaning and are all 1.

    Keyframes: the number M that SMS finds with these parameters. A wanted number K replaces M.
    """

    name: ClassVar[str] = "average"
    title: ClassVar[str] = "Average sampling"
    needs: ClassVar[frozenset[str]] = SMS.needs

    sigma: float = parameter(2.0, "SMS: smoothing of the motion, in frames.", low=0.0, high=50.0)
    prominence: float = parameter(
        0.1, "SMS: how far a peak stands out, of the largest motion.", low=0.0, high=1.0
    )
    distance: int = parameter(6, "SMS: frames between two keyframes, at least.", low=1, high=1000)

    def select(self, features: Features, k: int | None) -> Selection:
        """Midpoints of as many equal parts as SMS has keyframes."""
        sms = SMS(**dataclasses.asdict(self)).select(features, None)
        M = k or len(sms.index_K)
        notices = (f"Keyframes of SMS: {len(sms.index_K)}.", *(sms.notices if k is None else ()))
        return Selection(midpoints(features.T, M), np.ones(M), sms.curves, notices)
