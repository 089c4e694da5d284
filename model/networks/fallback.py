"""What fails on a GPU runs again on the CPU. Loads torch only once something has failed."""

import logging
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

log = logging.getLogger(__name__)


def or_cpu(device: str, work: Callable[[str], T]) -> T:
    """`work(device)`, or `work("cpu")` where the device runs out of memory or is lost.

    `work` loads its networks onto the device that it is given, so that they know where they ran.
    """
    try:
        return work(device)
    except RuntimeError as error:
        import torch

        if not isinstance(error, torch.OutOfMemoryError | torch.AcceleratorError):
            raise
        log.warning("%s: %s: on the CPU instead", device, str(error).partition("\n")[0])
    return work("cpu")  # here, where the error no longer keeps what fills the device
