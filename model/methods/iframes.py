"""The codec's own key frames, which cost nothing to find."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from model.features.types import Features
from model.methods.base import Method, Selection, parameter
from model.methods.filling import away_from, fill_apart, midpoints
from model.types import Curve, Floats, Indices


@dataclass(frozen=True)
class IFrames(Method):
    """The key frames of the codec: those the encoder stored whole, where a player can start.

    No paper's method but what video tools take for a preview, since a demuxer finds these frames
    without decoding the others. An encoder places them at a regular distance (its GOP size) and,
    if it looks for them, at cuts; they tell of its settings as much as of the clip, and a copy
    encoded anew has others. Here they are read off the decoder's flag on each frame of the one
    pass, intra-coded frames that are no entry points not among them. The curve is the time since
    the last key frame: teeth of equal length are a fixed GOP. The scores carry no meaning and are
    all 1.

    Keyframes: all key frames, at most `most` of them; without any the first frame. Of more than
    are wanted, those in the middle of equally many are taken: every second, every third. A wanted
    number K is met in the same way; where there are fewer, the frames furthest from any key frame
    are added, away from each other.
    """

    name: ClassVar[str] = "iframes"
    title: ClassVar[str] = "Codec key frames"
    needs: ClassVar[frozenset[str]] = frozenset({"key"})

    most: int = parameter(
        100, "Keyframes at most, when no number is asked for.", low=1, high=200_000
    )

    def select(self, features: Features, k: int | None) -> Selection:
        """The key frames, thinned to k or `most`, or filled up to k."""
        found_N = np.flatnonzero(features.descriptors["key"]).astype(np.int64)
        N, T = len(found_N), features.T
        start_N = found_N if N else np.zeros(1, np.int64)
        K = k or min(self.most, len(start_N))
        notices = tuple(_notices(N, T, K))
        if len(start_N) > K:
            index_K = start_N[midpoints(len(start_N), K)]
        else:
            index_K = fill_apart(away_from(start_N, T), start_N, K)
        curve = Curve(features.times_T, _since(features.times_T, found_N), "since key frame", "s")
        return Selection(index_K, np.ones(K), {"since": curve}, notices)


def _since(times_T: Floats, found_N: Indices) -> Floats:
    """(T,): seconds since the last key frame, before the first since the start."""
    starts_N = times_T[np.union1d(found_N, [0])]
    last_T = starts_N[np.searchsorted(starts_N, times_T, side="right") - 1]
    since_T: Floats = times_T - last_T
    return since_T


def _notices(N: int, T: int, K: int) -> list[str]:
    """What to say of N key frames among T frames of which K are wanted."""
    notices = []
    if not N:
        notices.append("No frame is marked as a key frame: the first stands for the clip.")
    elif N == K == 1 < T:
        notices.append("A single frame is a key frame: it stands for the clip.")
    elif N == T > 1:
        notices.append("Every frame is a key frame: this codec stores each whole.")
    if N > K:
        notices.append(f"{K} of {N} key frames, evenly thinned.")
    elif max(N, 1) < K:
        notices.append(f"{N} key frames, and {K - max(N, 1)} frames far from them.")
    return notices
