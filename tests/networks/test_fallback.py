"""The CPU in place of a GPU that fails, and of nothing else."""

import subprocess
import sys

import pytest
import torch

from model.networks.fallback import or_cpu


@pytest.mark.parametrize("failure", [torch.OutOfMemoryError, torch.AcceleratorError])
def test_a_device_that_fails_is_replaced(failure, caplog):
    def work(device):
        if device != "cpu":
            raise failure("the device failed\nand how")
        return device

    assert or_cpu("cuda:1", work) == "cpu"
    assert [record.message for record in caplog.records] == [
        "cuda:1: the device failed: on the CPU instead"
    ]


def test_a_fault_of_the_work_is_no_fault_of_the_device():
    asked = []

    def work(device):
        asked.append(device)
        raise RuntimeError("shapes do not match")

    with pytest.raises(RuntimeError, match="shapes"):
        or_cpu("cuda", work)
    assert asked == ["cuda"]


@pytest.mark.slow
def test_torch_is_not_needed():
    script = (
        "import sys\n"
        "from model.networks.fallback import or_cpu\n"
        "import app.cli.analyze, app.cli.bench, worker.engine\n"
        "print(or_cpu('cuda', str), 'torch' in sys.modules)\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert answer.stdout.split() == ["cuda", "False"]
