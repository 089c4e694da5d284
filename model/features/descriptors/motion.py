"""Motion of the actor: optical flow with the camera's share removed."""

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from model.errors import InvalidValue
from model.features.descriptors.base import RowDescriptor
from model.features.types import FrameBatch


class Motion(RowDescriptor):
    """(T,) float64: m_t = mean |flow_t - median(flow_t)|, pixels of the 224 grid per frame.

    The median of each component, over every second row and column, stands for the camera's pan.
    """

    name: ClassVar[str] = "motion"
    needs_flow: ClassVar[bool] = True

    def rows(self, batch: FrameBatch) -> NDArray[np.float64]:
        """Shape (N,). Raises InvalidValue for a batch without flow."""
        if batch.flows_NHW2 is None:
            raise InvalidValue("motion: wanted a batch with optical flow, got none")
        return np.array([_motion(flow_HW2) for flow_HW2 in batch.flows_NHW2])


def _motion(flow_HW2: NDArray[np.float32]) -> float:
    vectors_2P = np.ascontiguousarray(flow_HW2.reshape(-1, 2).T)
    camera_2 = np.median(flow_HW2[::2, ::2].reshape(-1, 2), axis=0)
    rest_2P = vectors_2P - camera_2[:, None]
    return float(np.hypot(rest_2P[0], rest_2P[1]).mean())
