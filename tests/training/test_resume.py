"""An interrupted training goes on with the same bits, whatever interrupted it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from model.errors import InvalidParameter
from model.training.trainer import Schedule, Trainer
from tests.training import run_labelled
from tests.training.test_trainer import Line

ROOT = Path(__file__).resolve().parents[2]
GATE = "hard-concrete"


class Interrupted(Exception):
    """What stops a run in these tests."""


def line(folder, stop_at=None, iterations=9, dropout=0.5, **changes):
    task = Line(dropout)

    def on_progress(progress):
        if progress.iteration == stop_at:
            raise Interrupted

    schedule = Schedule(
        iterations=iterations, batch=8, learning_rate=0.1, report_every=2, **changes
    )
    trainer = Trainer(task, schedule, 32, {"name": "line"}, folder, on_progress=on_progress)
    return task, trainer.run()


@pytest.mark.slow
@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
@pytest.mark.parametrize("stop_at", [1, 4, 5])
def test_a_run_stopped_anywhere_ends_as_if_it_had_not(tmp_path, stop_at, optimiser):
    straight, history = line(tmp_path / "straight", optimiser=optimiser)
    with pytest.raises(Interrupted):
        line(tmp_path / "stopped", stop_at, optimiser=optimiser)
    resumed, again = line(tmp_path / "stopped", optimiser=optimiser)
    assert resumed.network[0].weight.item() == straight.network[0].weight.item()
    assert again == history
    assert len(resumed.shown) == 8 * (9 - stop_at // 2 * 2)  # done ones were not repeated


@pytest.mark.slow
def test_a_half_written_state_is_no_state(tmp_path):
    straight, _ = line(tmp_path / "straight")
    with pytest.raises(Interrupted):
        line(tmp_path / "stopped", 5)
    (tmp_path / "stopped" / "state.partial").write_bytes(b"cut short")
    resumed, _ = line(tmp_path / "stopped")
    assert resumed.network[0].weight.item() == straight.network[0].weight.item()


def test_a_run_goes_on_with_fewer_clips_at_once(tmp_path):
    """As after a pass that did not fit: nothing is lost, and rounding alone differs."""
    straight, _ = line(tmp_path / "straight", dropout=0.0)
    with pytest.raises(Interrupted):
        line(tmp_path / "stopped", 4, dropout=0.0)
    resumed, _ = line(tmp_path / "stopped", dropout=0.0, at_once=3)
    assert len(resumed.shown) == 8 * (9 - 4)
    weights = [task.network[0].weight.item() for task in (resumed, straight)]
    assert weights[0] == pytest.approx(weights[1], rel=1e-5)


def test_the_state_of_other_options_is_refused(tmp_path):
    line(tmp_path)
    with pytest.raises(InvalidParameter, match="other options"):
        line(tmp_path, momentum=0.5)


def start(folder, *more):
    module = ["-m", "tests.training.run_labelled"]
    command = [sys.executable, *module, str(folder), GATE, *more]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True
    )


@pytest.mark.slow
def test_stage_3_killed_by_kill_9_ends_with_the_same_bytes(tmp_path):
    process = start(tmp_path / "killed", "7")
    assert process.stdout.readline() == "held\n", process.stderr.read()
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    killed, straight = (tmp_path / name / GATE for name in ("killed", "straight"))
    assert not (killed / "weights.safetensors").exists()
    for name in ("killed", "straight"):
        run_labelled.run(tmp_path / name, [GATE])
    names = ("weights.safetensors", "history.json")
    for name in names:
        assert (killed / name).read_bytes() == (straight / name).read_bytes()
    rows = json.loads((straight / "history.json").read_text())
    assert [row["iteration"] for row in rows] == [3, 6, 9, run_labelled.ITERATIONS]
