"""Curves as CSV, and for TensorBoard where it is there."""

import csv
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from model.training import curves as curves_module
from model.training.curves import Curves, InvalidCurves, read_csv
from model.weights.cards import describe

ROWS = [{"iteration": 2.0, "loss": 0.5}, {"iteration": 4.0, "loss": 0.25, "accuracy": 1.0}]


def test_rows_with_other_monitors_leave_empty_cells(tmp_path):
    curves = Curves(tmp_path / "x.safetensors")
    curves.write(ROWS[:1])
    curves.write(ROWS)
    rows = list(csv.DictReader((tmp_path / "x.csv").read_text().splitlines()))
    assert [row["loss"] for row in rows] == ["0.5", "0.25"]
    assert [row["accuracy"] for row in rows] == ["", "1.0"]
    assert [file.name for file in tmp_path.iterdir() if file.suffix == ".partial"] == []


def test_without_tensorboard_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    assert "CSV only" in Curves(tmp_path / "x.safetensors").notice


def test_tensorboard_gets_every_row_once_and_forgets_what_a_resumed_run_repeats(
    tmp_path, monkeypatch
):
    made = []

    class Writer:
        def __init__(self, folder, purge_step):
            self.folder, self.purge_step, self.scalars, self.open = folder, purge_step, [], True
            made.append(self)

        def add_scalar(self, name, value, step):
            self.scalars.append((name, value, step))

        def flush(self):
            pass

        def close(self):
            self.open = False

    module = ModuleType("torch.utils.tensorboard")
    module.SummaryWriter = Writer
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", module)
    curves = Curves(tmp_path / "x.safetensors")
    assert curves.notice == ""
    curves.write(ROWS[:1])
    curves.write(ROWS)
    curves.close()
    (writer,) = made
    assert (writer.purge_step, writer.open) == (2, False)
    assert [(name, step) for name, _, step in writer.scalars] == [
        ("iteration", 2),
        ("loss", 2),
        ("iteration", 4),
        ("loss", 4),
        ("accuracy", 4),
    ]


def test_what_was_written_is_read_again(tmp_path):
    curves = Curves(tmp_path / "x.safetensors")
    curves.write(ROWS)
    found = read_csv(tmp_path / "x.csv")
    assert found["iteration"].tolist() == [2.0, 4.0]
    assert found["loss"].tolist() == [0.5, 0.25]
    assert np.array_equal(found["accuracy"], [np.nan, 1.0], equal_nan=True)


@pytest.mark.parametrize(
    "content", ["", "iteration\n", "loss\n1\n", "iteration,loss\n1\n", "iteration\nx\n", "\0"]
)
def test_what_no_training_wrote_is_refused(tmp_path, content):
    path = tmp_path / "x.csv"
    path.write_text(content)
    with pytest.raises(InvalidCurves, match=r"x\.csv"):
        read_csv(path)
    with pytest.raises(InvalidCurves):
        read_csv(tmp_path / "none.csv")


def test_the_shipped_curves_end_with_the_figures_of_the_shipped_weights():
    weights = Path(curves_module.__file__).parents[1] / "weights"
    last = {name: float(value_N[-1]) for name, value_N in read_csv(weights / "compact.csv").items()}
    assert last == describe(weights / "compact.safetensors").card["figures"]
