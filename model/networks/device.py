"""The device that networks run on, checked before anything is loaded onto it."""

import torch

from model.errors import InvalidParameter


class DeviceUnavailable(InvalidParameter):
    """The named torch device is not there."""

    code = "device-unavailable"


def resolve(wanted: str) -> str:
    """`auto` as CUDA where there is a GPU, else the CPU; any other name as it is.

    Raises DeviceUnavailable for a device that torch does not know or cannot use here.
    """
    if wanted == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.empty(0, device=wanted)
    except (RuntimeError, AssertionError) as error:
        cause = str(error).splitlines()[0]
        raise DeviceUnavailable(f"device {wanted}: {cause}", "Use auto or cpu.") from error
    return wanted
