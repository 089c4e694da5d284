"""Augmentation of a clip's steps, in space and in time (section 5.1, B), seeded by a generator.

Shape legend: T steps, P steps after insertion, H W C pixels. What is done, is done to all steps
alike, and by the callers to both streams.
"""

import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from model.errors import InvalidParameter
from model.types import Flags, Indices

Images = NDArray[np.uint8]
CROPS = ("top left", "top right", "bottom left", "bottom right", "centre")


def crop(images_THWC: Images, place: int, size: int) -> Images:
    """The square of `size` pixels at `CROPS[place]` of every image; a view.

    Raises InvalidParameter when the images are smaller.
    """
    H, W = images_THWC.shape[1:3]
    if not 1 <= size <= min(H, W):
        raise InvalidParameter(
            f"crop: wanted at most {min(H, W)} pixels, got {size}",
            "Cache larger images: `side` has to exceed the crop.",
        )
    bottom, right = H - size, W - size
    corners = ((0, 0), (0, right), (bottom, 0), (bottom, right), (bottom // 2, right // 2))
    top, left = corners[place]
    return images_THWC[:, top : top + size, left : left + size]


def resize(images_THWC: Images, size: int) -> Images:
    """Images of `size` x `size`; by area when smaller, linear when larger. Flow keeps its scale."""
    if images_THWC.shape[1:3] == (size, size):
        return images_THWC
    how = cv2.INTER_AREA if size < images_THWC.shape[1] else cv2.INTER_LINEAR
    return np.stack(
        [
            np.asarray(cv2.resize(np.ascontiguousarray(image), (size, size), interpolation=how))
            for image in images_THWC
        ]
    ).astype(np.uint8)


class Insertion(NamedTuple):
    """Where steps were inserted into a clip of T steps: what stands at each of P places.

    `source_P` counts the clip's own steps from 0 and those of the other clip from T on, so that
    `concatenate([own, other])[source_P]` is the augmented sequence, whatever is kept per step.
    """

    source_P: Indices
    inserted_P: Flags


def draw_insertion(
    T: int,
    others: int,
    rng: np.random.Generator,
    *,
    probability: float = 0.8,
    share: float = 0.2,
) -> Insertion:
    """With `probability`, 1 to ceil(share T) steps at random places, else none.

    Half of them repeat a step of the clip, half come from another clip of `others` steps (of
    another class); all repeat where `others` is 0. Of an odd number the last is drawn by a coin.
    The clip's own steps keep their order.
    """
    if rng.random() >= probability:
        return Insertion(np.arange(T), np.zeros(T, np.bool_))
    n = int(rng.integers(1, math.ceil(share * T) + 1))
    foreign = (n + int(rng.integers(2))) // 2 if others else 0
    own = rng.integers(T, size=n - foreign)
    new_n = np.concatenate([own, T + rng.integers(max(others, 1), size=foreign)]).astype(np.int64)
    inserted_P = np.zeros(T + n, np.bool_)
    inserted_P[rng.choice(T + n, n, replace=False)] = True
    source_P = np.empty(T + n, np.int64)
    source_P[inserted_P] = rng.permutation(new_n)
    source_P[~inserted_P] = np.arange(T)
    return Insertion(source_P, inserted_P)
