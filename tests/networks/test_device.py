"""The precision of a device is never one that it would only imitate; a full one says what to do."""

import pytest
import torch

from model.networks.device import DeviceFull, DeviceLost, native_precision, room_on


def test_a_processor_without_bfloat16_computes_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx2": True})
    assert native_precision("cpu") == "float32"


@pytest.mark.parametrize("instruction", ["amx_bf16", "avx512_bf16"])
def test_one_with_it_uses_it(monkeypatch: pytest.MonkeyPatch, instruction: str) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {instruction: True})
    assert native_precision("cpu") == "bfloat16"


def test_a_device_of_another_kind_computes_in_full() -> None:
    assert native_precision("mps") == "float32"


def test_a_full_device_is_named_with_what_to_do() -> None:
    said = (
        "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 1 has a total capacity of 79.10 GiB of"
        " which 1.02 GiB is free. See documentation for Memory Management"
    )
    with pytest.raises(DeviceFull) as full, room_on("cuda:1", "Take less."):
        raise torch.cuda.OutOfMemoryError(said)
    assert full.value.message == ("device cuda:1: CUDA out of memory. Tried to allocate 2.00 GiB")
    assert full.value.hint == "Take less."
    assert full.value.to_problem()["type"] == "urn:kairoscope:problem:device-full"


def test_a_device_that_fails_is_named_with_what_to_do() -> None:
    said = "CUDA error: unspecified launch failure\nCUDA kernel errors might be reported later"
    with pytest.raises(DeviceLost) as lost, room_on("cuda:1", "Take less."):
        raise torch.AcceleratorError(said)
    assert lost.value.message == "device cuda:1: CUDA error: unspecified launch failure"
    assert "--device cpu" in lost.value.hint
    assert lost.value.to_problem()["type"] == "urn:kairoscope:problem:device-lost"


def test_other_failures_stay_what_they_are() -> None:
    with pytest.raises(RuntimeError, match="shapes"), room_on("cuda", "Take less."):
        raise RuntimeError("shapes do not match")
