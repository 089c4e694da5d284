"""The precision of a device: never one that it would only imitate."""

import pytest
import torch

from model.networks.device import native_precision


def test_a_processor_without_bfloat16_computes_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx2": True})
    assert native_precision("cpu") == "float32"


@pytest.mark.parametrize("instruction", ["amx_bf16", "avx512_bf16"])
def test_one_with_it_uses_it(monkeypatch: pytest.MonkeyPatch, instruction: str) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {instruction: True})
    assert native_precision("cpu") == "bfloat16"


def test_a_device_of_another_kind_computes_in_full() -> None:
    assert native_precision("mps") == "float32"
