"""Key frames of the codec: the frames it stored whole, from which decoding can begin."""

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from model.features.descriptors.base import RowDescriptor
from model.features.types import FrameBatch


class Key(RowDescriptor):
    """(T,) bool: whether the codec marked the frame as a key frame (iframes).

    No frame is, where a batch does not tell: made frames have no codec.
    """

    name: ClassVar[str] = "key"
    needs_flow: ClassVar[bool] = False

    def rows(self, batch: FrameBatch) -> NDArray[np.bool_]:
        """Shape (N,)."""
        return np.zeros(len(batch.times_N), np.bool_) if batch.key_N is None else batch.key_N
