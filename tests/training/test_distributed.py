"""Two processes learn what one does."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from model.errors import InvalidParameter
from model.training.distributed import World, joined, share
from tests.training import run_labelled

ROOT = Path(__file__).resolve().parents[2]
GATES = ("soft", "hard-concrete")


def test_without_torchrun_a_process_is_alone():
    with joined("cpu") as (world, device):
        assert (world, device) == (World(0, 1), "cpu")
        assert world.leads
        assert world.sum({"a": 1.5}) == {"a": 1.5}


def test_ranks_share_a_batch_without_overlap():
    parts = [list(share(range(10, 17), World(rank, 3), 7)) for rank in range(3)]
    assert sorted(place for part in parts for place in part) == list(range(10, 17))
    with pytest.raises(InvalidParameter, match="each of 3 processes"):
        share(range(2), World(0, 3), 2)


@pytest.mark.slow
def test_two_processes_reach_the_losses_of_one(tmp_path):
    run_labelled.run(tmp_path / "one", GATES)
    torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    module = ["-m", "tests.training.run_labelled"]
    done = subprocess.run(
        [sys.executable, *torchrun, *module, str(tmp_path / "two"), ",".join(GATES)],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    for gate in GATES:
        one, two = (tmp_path / name / gate for name in ("one", "two"))
        rows = (json.loads((folder / "history.json").read_text()) for folder in (one, two))
        for single, double in zip(*rows, strict=True):
            assert single.keys() == double.keys()
            for key, value in single.items():
                assert double[key] == pytest.approx(value, rel=1e-3, abs=1e-5), (gate, key)
        weights = [load_file(folder / "weights.safetensors") for folder in (one, two)]
        for name, tensor in weights[0].items():
            np.testing.assert_allclose(weights[1][name], tensor, atol=2e-4, err_msg=name)
