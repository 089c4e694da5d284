"""Comparing a frame with one that was rendered earlier, perhaps on another processor."""

import base64

import numpy as np

BLOCK = 40
# Half a level is lost in rounding; other arithmetic units move single pixels by one level.
TOLERANCE = 0.6


def block_means(frame: np.ndarray) -> np.ndarray:
    """Mean brightness of the blocks of a frame (H, W, 3), (H / 40, W / 40)."""
    h, w = frame.shape[0] // BLOCK, frame.shape[1] // BLOCK
    grey = frame.astype(float).mean(axis=2)
    return grey.reshape(h, BLOCK, w, BLOCK).mean(axis=(1, 3))


def assert_frozen(frame: np.ndarray, blocks: str) -> None:
    """`blocks`: the means of the earlier frame, rounded, one byte each, in base 64."""
    found = block_means(frame)
    wanted = np.frombuffer(base64.b64decode(blocks), np.uint8).reshape(found.shape)
    assert np.abs(found - wanted).max() < TOLERANCE
