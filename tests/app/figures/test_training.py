"""The curves of a training as they are drawn."""

import numpy as np
import pytest

from app.figures.training import training

NAN = float("nan")


@pytest.fixture
def curves():
    return {
        "iteration": np.array([10.0, 20.0, 30.0]),
        "loss": np.array([3.0, 2.0, 1.0]),
        "validation/loss": np.array([NAN, 2.5, NAN]),
        "accuracy": np.array([NAN, NAN, NAN]),
        "open_rate": np.array([0.3, 0.2, 0.25]),
        "gradient_norm": np.array([1.0, 1.0, 1.0]),
    }


def test_each_monitor_is_drawn_over_the_iterations_that_report_it(curves):
    figure = training(curves)
    drawn = [(t.yaxis, t.name, list(t.x), list(t.y)) for t in figure.data]
    assert drawn == [
        ("y", "training", [10, 20, 30], [3, 2, 1]),
        ("y", "validation", [20], [2.5]),
        ("y2", "training", [10, 20, 30], [0.3, 0.2, 0.25]),
    ]
    assert [note.text for note in figure.layout.annotations] == ["Loss", "Share of open gates"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lines_of_a_panel_are_told_apart_without_colour(curves, theme):
    names = ("soft", "binary", "uniform", "random", "whole")
    curves |= {f"validation/{name}": np.array([0.1, 0.2, 0.3]) for name in names}
    curves["accuracy"] = np.array([0.5, 0.6, 0.7])
    lines = [t for t in training(curves, theme=theme).data if t.yaxis == "y2"]
    assert len(lines) == 6
    assert len({(line.line.dash, line.marker.symbol) for line in lines}) == 6
    assert len({line.line.dash for line in lines}) == 6


def test_a_long_training_is_thinned_and_loses_no_peak(curves):
    loss_N = np.ones(50_000)
    loss_N[31_234] = 9.0
    [line] = training({"iteration": np.arange(50_000.0), "loss": loss_N}).data
    assert len(line.x) <= 4001
    assert (line.mode, max(line.y), line.x[np.argmax(line.y)]) == ("lines+markers", 9.0, 31_234)


def test_without_a_known_monitor_the_figure_is_empty():
    assert len(training({"iteration": np.array([1.0])}).data) == 0
