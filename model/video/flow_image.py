"""Optical flow as a picture: the direction is the hue, the magnitude the brightness; arrows tell
both without colour."""

import cv2
import numpy as np
from numpy.typing import NDArray

from model.video.flow import Flow

QUANTILE = 0.99  # so much of a picture lies within its scale
ARROWS = 14  # along the longer side of a picture
LEAST_CELL = 16  # px: of smaller ones an arrow could not be read
STILL = 0.12  # of the scale: less is no arrow
STEPS = np.array([1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0])


def flow_scale(flow_HW2: Flow) -> float:
    """The magnitude (px) to show at full brightness: the first of 1, 1.5, 2, 3, 4, 6, 8, 10,
    15, ... that the fastest hundredth of the pixels alone exceeds. At least 1, so that the noise of
    still pictures stays dark."""
    fast = float(np.quantile(np.linalg.norm(flow_HW2, axis=-1), QUANTILE))
    ladder = np.concatenate([STEPS * 10**power for power in range(6)])
    return float(ladder[min(int(np.searchsorted(ladder, fast)), len(ladder) - 1)])


def flow_colours(flow_HW2: Flow, scale: float) -> NDArray[np.uint8]:
    """RGB (H, W, 3) of flow (right, down) in pixels: right is red, and from there the hues of the
    colour circle run against the clock, so that up is yellow-green, left cyan, down violet. No
    flow is black; from `scale` px on a colour is at its brightest.
    """
    u_HW, v_HW = flow_HW2[..., 0], flow_HW2[..., 1]
    hue_HW = np.degrees(np.arctan2(-v_HW, u_HW)) % 360
    value_HW = np.minimum(np.hypot(u_HW, v_HW) / scale, 1)
    hsv_HW3 = np.stack([hue_HW, np.ones_like(hue_HW), value_HW], axis=-1).astype(np.float32)
    rgb_HW3 = np.asarray(cv2.cvtColor(hsv_HW3, cv2.COLOR_HSV2RGB))
    return np.asarray(np.rint(255 * rgb_HW3), np.uint8)


def draw_arrows(picture_HW3: NDArray[np.uint8], flow_HW2: Flow, scale: float) -> None:
    """Draw the mean flow of each square of a grid into the picture: white on black, in the middle
    of its square, and almost as long as it from `scale` px on. Less than STILL of that has none."""
    height, width = flow_HW2.shape[:2]
    cell = max(LEAST_CELL, max(height, width) // ARROWS)
    rows, columns = height // cell, width // cell
    top, left = (height - rows * cell) // 2, (width - columns * cell) // 2
    whole_HW2 = flow_HW2[top : top + rows * cell, left : left + columns * cell]
    mean_RC2 = whole_HW2.reshape(rows, cell, columns, cell, 2).mean(axis=(1, 3)) / scale
    for (row, column), share in np.ndenumerate(np.linalg.norm(mean_RC2, axis=-1)):
        if share < STILL:
            continue
        middle = np.array([left + (column + 0.5) * cell, top + (row + 0.5) * cell])
        half = mean_RC2[row, column] / max(share, 1.0) * 0.45 * cell
        start, end = (tuple(map(int, np.rint(middle + sign * half))) for sign in (-1, 1))
        for colour, thickness in (((0, 0, 0), 3), ((255, 255, 255), 1)):
            cv2.arrowedLine(picture_HW3, start, end, colour, thickness, cv2.LINE_AA, tipLength=0.4)
