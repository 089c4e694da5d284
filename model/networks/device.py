"""The device that networks run on, checked before anything is loaded onto it, and its precision."""

from typing import Literal

import torch

from model.errors import InvalidParameter

Precision = Literal["float32", "bfloat16"]


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


def native_precision(device: str) -> Precision:
    """The cheapest precision that the device computes in itself: bfloat16 on CUDA from Ampere on
    and on processors with AMX or AVX-512 for it; elsewhere it would only be imitated."""
    if device.startswith("cuda"):
        native = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        known = torch.cpu.get_capabilities() if device == "cpu" else {}
        native = any(known.get(name, False) for name in ("amx_bf16", "avx512_bf16"))
    return "bfloat16" if native else "float32"
