"""What descriptors of single frames share: one row a frame, kept in one array that grows."""

from abc import abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.errors import InvalidValue
from model.features.types import Descriptor, FrameBatch

GROWTH = 1024  # rows


class RowDescriptor(Descriptor):
    """A descriptor whose rows need nothing after their own frame (and its flow)."""

    def __init__(self) -> None:
        self._rows: NDArray[Any] | None = None  # the first `_count` of them are known
        self._count = 0

    @abstractmethod
    def rows(self, batch: FrameBatch) -> NDArray[Any]:
        """One row per frame of the batch: shape (N,) or (N, width)."""

    def update(self, batch: FrameBatch) -> None:
        """Take the next batch, in order."""
        new = self.rows(batch)
        if self._rows is None:
            self._rows = np.empty((0, *new.shape[1:]), new.dtype)
        end = self._count + len(new)
        if end > len(self._rows):
            self._resize(end + GROWTH)
        self._rows[self._count : end] = new
        self._count = end

    def finish(self) -> NDArray[Any]:
        """All rows, shape (T,) or (T, width). Raises InvalidValue when no frame was given."""
        if self._rows is None:
            raise InvalidValue(f"{self.name}: wanted at least one frame, got none")
        self._resize(self._count)
        return self._rows

    def _resize(self, rows: int) -> None:
        # in place: joining batches at the end would hold every row twice
        assert self._rows is not None
        self._rows.resize((rows, *self._rows.shape[1:]), refcheck=False)
