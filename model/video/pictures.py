"""Pictures that stand alone, as pixels: stills of a data set, and those taken from a video."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from model.errors import UnreadableVideo


def read_picture(path: Path) -> NDArray[np.uint8]:
    """RGB of shape (H, W, 3), upright. Raises UnreadableVideo."""
    try:
        return decode_picture(path.read_bytes(), str(path))
    except OSError as error:
        raise UnreadableVideo(f"{path} cannot be read: {error.strerror}") from None


def decode_picture(content: bytes, name: str = "picture") -> NDArray[np.uint8]:
    """RGB of shape (H, W, 3) from the bytes of a JPEG or PNG file. Raises UnreadableVideo."""
    array = np.frombuffer(content, np.uint8)
    bgr_HWC = cv2.imdecode(array, cv2.IMREAD_COLOR) if len(array) else None
    if bgr_HWC is None:
        raise UnreadableVideo(f"{name}: wanted a JPEG or PNG picture, got {len(array)} bytes")
    return np.asarray(bgr_HWC[..., ::-1], np.uint8)
