"""What methods share to meet a wanted number of keyframes."""

import numpy as np

from model.types import Floats, Indices


def midpoints(T: int, K: int) -> Indices:
    """The middle frames of K equal parts of T frames: floor((i + 0.5) T / K), for 1 <= K <= T."""
    return (2 * np.arange(K, dtype=np.int64) + 1) * T // (2 * K)


def unchanging(cause: str, K: int, single: str = "one frame") -> str:
    """The notice of a clip in which nothing tells frames apart: the cause, and the K keyframes;
    `single` names the one."""
    stand = f"{single} stands" if K == 1 else f"{K} frames away from each other stand"
    return f"{cause}: {stand} for the clip."


def own_number(T: int, count: int) -> tuple[int, tuple[str, ...]]:
    """`count` keyframes, or all T frames of a shorter clip and a notice of it."""
    if count <= T or T == 1:
        return min(count, T), ()
    return T, (f"Fewer frames than {count}: all {T} are taken.",)


def away_from(chosen: Indices, T: int) -> Floats:
    """(T,): how many frames each frame is from the nearest of `chosen`, sorted, at least one."""
    frames_T = np.arange(T)
    place_T = np.searchsorted(chosen, frames_T)
    after_T = chosen[np.minimum(place_T, len(chosen) - 1)]
    before_T = chosen[np.maximum(place_T - 1, 0)]
    nearest_T: Floats = np.minimum(np.abs(frames_T - before_T), np.abs(after_T - frames_T)) * 1.0
    return nearest_T


def fill_apart(score_T: Floats, chosen: Indices, K: int) -> Indices:
    """`chosen` and the highest-scoring frames away from them, K in all, sorted.

    Frames are added best first, no closer than T / K to any other; the distance is halved until
    K are found. Wants len(chosen) <= K <= T.
    """
    T = len(score_T)
    taken = set(chosen.tolist())
    best_first = np.argsort(-score_T, kind="stable").tolist()
    distance = max(1, T // K)
    while len(taken) < K:
        near_T = np.zeros(T, np.bool_)
        for frame in taken:
            near_T[max(0, frame - distance + 1) : frame + distance] = True
        for frame in best_first:
            if len(taken) == K:
                break
            if not near_T[frame]:
                taken.add(frame)
                near_T[max(0, frame - distance + 1) : frame + distance] = True
        distance = max(1, distance // 2)
    return np.array(sorted(taken), np.int64)
