"""The device that networks run on, checked before anything is loaded onto it, and its precision.

torch is imported where it is needed: to ask for the CPU takes none of the seconds that it costs.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from model.errors import InvalidParameter, KairoscopeError

Precision = Literal["float32", "bfloat16"]


class DeviceUnavailable(InvalidParameter):
    """The named torch device is not there."""

    code = "device-unavailable"


class DeviceFull(KairoscopeError):
    """A device has too little memory for the work."""

    code = "device-full"


class DeviceLost(KairoscopeError):
    """A device failed at the work, or is gone."""

    code = "device-lost"


LOST = "Repeat the command, which goes on from its last report, or take --device cpu."


@contextmanager
def room_on(device: str, hint: str) -> Iterator[None]:
    """Raises DeviceFull, with `hint`, where the work inside runs out of the device's memory, and
    DeviceLost where the device fails."""
    import torch

    try:
        yield
    except torch.OutOfMemoryError as error:
        cause, _, _ = str(error).partition(". GPU ")  # then who holds how much, and settings
        raise DeviceFull(f"device {device}: {cause}", hint) from error
    except torch.AcceleratorError as error:
        cause = str(error).partition("\n")[0]  # then how to debug it
        raise DeviceLost(f"device {device}: {cause}", LOST) from error


def resolve(wanted: str) -> str:
    """`auto` as CUDA where there is a GPU, else the CPU; any other name as it is.

    Raises DeviceUnavailable for a device that torch does not know or cannot use here.
    """
    if wanted == "cpu":
        return wanted
    import torch

    if wanted == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.empty(0, device=wanted)
    except (RuntimeError, AssertionError) as error:
        cause = str(error).splitlines()[0]
        raise DeviceUnavailable(f"device {wanted}: {cause}", "Use auto or cpu.") from error
    return wanted


def native_precision(device: str) -> Precision:
    """The cheapest precision that the device computes in itself: bfloat16 on CUDA from Ampere on
    and on processors with AMX or AVX-512 for it; elsewhere it would only be imitated."""
    import torch

    if device.startswith("cuda"):
        native = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        known = torch.cpu.get_capabilities() if device == "cpu" else {}
        native = any(known.get(name, False) for name in ("amx_bf16", "avx512_bf16"))
    return "bfloat16" if native else "float32"
