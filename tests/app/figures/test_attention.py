"""The attention figure draws exactly the scores it is given."""

import numpy as np
import plotly.graph_objects as go
import pytest

from app.figures.attention import MOST_DOTS, Phase, attention
from model.types import FrameScores


def trace(figure: go.Figure, name: str) -> go.Scatter:
    [found] = [trace for trace in figure.data if trace.name == name]
    return found


def line(figure: go.Figure, name: str) -> float:
    [found] = [shape for shape in figure.layout.shapes if shape.name == name]
    assert found.y0 == found.y1
    return found.y0


@pytest.mark.slow
def test_the_curves_are_phi_and_the_gate_at_the_times_of_the_steps(steps: FrameScores) -> None:
    figure = attention(steps, 0.5)
    for name, values in (("phi", steps.phi_S), ("gate", steps.gate_S)):
        assert np.array_equal(trace(figure, name).x, steps.time_S)
        assert np.array_equal(trace(figure, name).y, values)
    assert trace(figure, "gate").yaxis == "y2"


def test_open_steps_and_only_they_are_marked(steps: FrameScores) -> None:
    marked = trace(attention(steps, 0.5), "open steps")
    assert np.array_equal(marked.x, steps.time_S[[0, 2]])
    assert np.array_equal(marked.y, [0.9, 0.7])


def test_of_thousands_of_open_steps_those_of_the_outline_are_marked() -> None:
    random = np.random.default_rng(0)
    phi_S, gate_S, index_S = random.random(20_000), random.random(20_000), np.arange(20_000)
    long = FrameScores(index_S, index_S / 10, phi_S / phi_S.sum(), gate_S, gate_S > 0.5)
    for name, values in (("phi of open steps", long.phi_S), ("open steps", long.gate_S)):
        marked = trace(attention(long, 2000), name)
        at = np.searchsorted(long.time_S, marked.x)
        assert 1000 < len(at) <= MOST_DOTS
        assert long.open_S[at].all()
        assert np.array_equal(marked.y, values[at])
        assert max(marked.y) == values[long.open_S].max()
    near = trace(attention(long, 2000, window=(500, 510)), "open steps")
    assert len(near.x) == long.open_S[4999:5101].sum()


def test_the_threshold_and_the_flat_level_are_drawn(steps: FrameScores) -> None:
    figure = attention(steps, 0.5)
    assert line(figure, "threshold") == steps.threshold
    assert line(figure, "flat") == pytest.approx(1 / 5)


def test_scaled_phi_has_its_maximum_at_one(steps: FrameScores) -> None:
    figure = attention(steps, 0.5, scaled=True)
    assert trace(figure, "phi").y == pytest.approx(steps.phi_S / 0.4)
    assert trace(figure, "phi of open steps").y == pytest.approx([0.25, 1.0])
    assert line(figure, "flat") == pytest.approx(0.5)


def test_phases_are_bands_and_only_the_decisive_ones_are_shaded(steps: FrameScores) -> None:
    phases = [Phase("run-up", 0, 0.2), Phase("flight", 0.2, 0.4, decisive=True)]
    figure = attention(steps, 0.5, phases=phases)
    bands = {shape.name: shape for shape in figure.layout.shapes if shape.type == "rect"}
    assert [(b.x0, b.x1) for b in bands.values()] == [(0, 0.2), (0.2, 0.4)]
    assert bands["run-up"].fillcolor == "rgba(0,0,0,0)" != bands["flight"].fillcolor


def test_the_axis_spans_the_clip_or_the_window(steps: FrameScores) -> None:
    assert attention(steps, 2.5).layout.xaxis.range == (0, 2.5)
    narrowed = attention(steps, 2.5, window=(0.12, 0.28))
    assert narrowed.layout.xaxis.range == (0.12, 0.28)
    assert np.array_equal(trace(narrowed, "phi").x, steps.time_S[1:4])


def test_the_plot_area_starts_at_the_gutter_whatever_the_labels(steps: FrameScores) -> None:
    margin = attention(steps, 0.5, gutter=44).layout.margin
    assert (margin.l, margin.autoexpand) == (44, False)


def test_without_scores_the_axes_stand_empty() -> None:
    figure = attention(None, 3.0)
    assert [trace.y for trace in figure.data] == [(None,), (None,)]
    assert line(figure, "threshold") == 0.5


def test_a_long_clip_is_thinned_but_keeps_its_peak_and_is_whole_when_looked_into() -> None:
    S = 100_000
    phi_S = np.ones(S)
    phi_S[54_321] = 50
    index_S = np.arange(S)
    gate_S = np.full(S, 0.2)
    steps = FrameScores(index_S, index_S / 10, phi_S / phi_S.sum(), gate_S, gate_S > 0.5)
    whole = trace(attention(steps, S / 10), "phi")
    assert len(whole.x) <= 4000
    assert max(whole.y) == steps.phi_S.max()
    inside = trace(attention(steps, S / 10, window=(5430, 5440)), "phi")
    assert len(inside.x) == pytest.approx(100, abs=3)
