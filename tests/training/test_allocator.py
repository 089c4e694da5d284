"""Freed memory stays with a process that trains: counted in page faults, whatever the machine."""

import subprocess
import sys

import pytest

from model.training import allocator

FAULTS = """import resource
import torch
from model.training.allocator import keep_freed
def step():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    torch.ones(2**24).sum()  # 64 MiB
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
left_alone = [step() for _ in range(12)][-4:]
keep_freed()
kept = [step() for _ in range(12)][-4:]  # the first ones find room in the heap
print(min(left_alone), max(kept))"""


@pytest.mark.slow
def test_steps_take_no_pages_from_the_kernel_anew() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FAULTS], capture_output=True, text=True, check=True
    )
    left_alone, kept = map(int, done.stdout.split())
    assert kept < left_alone / 10


def test_another_c_library_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allocator.ctypes, "CDLL", lambda name: object())
    allocator.keep_freed()
