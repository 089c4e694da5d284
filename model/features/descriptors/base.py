"""What descriptors of single frames share: one row a frame, batches joined at the end."""

from abc import abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.errors import InvalidValue
from model.features.types import Descriptor, FrameBatch


class RowDescriptor(Descriptor):
    """A descriptor whose rows need nothing after their own frame (and its flow)."""

    def __init__(self) -> None:
        self._batches: list[NDArray[Any]] = []

    @abstractmethod
    def rows(self, batch: FrameBatch) -> NDArray[Any]:
        """One row per frame of the batch: shape (N,) or (N, width)."""

    def update(self, batch: FrameBatch) -> None:
        """Take the next batch, in order."""
        self._batches.append(self.rows(batch))

    def finish(self) -> NDArray[Any]:
        """All rows, shape (T,) or (T, width). Raises InvalidValue when no frame was given."""
        if not self._batches:
            raise InvalidValue(f"{self.name}: wanted at least one frame, got none")
        return np.concatenate(self._batches)
