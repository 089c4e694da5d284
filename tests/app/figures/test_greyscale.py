"""Without colour: whatever stands in one plot differs by dash, width, marker or glyph."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from app.figures.attention import attention
from app.figures.diagnostics import diagnostics
from app.figures.methods import STYLES, style_of
from app.figures.training import PANELS, training
from model import methods as registered
from model.types import Curve, FrameScores, Keyframes
from tests.plugged import unplugged

PLUGIN = """
from model.methods.base import Method
from dataclasses import dataclass
"""
ONE = '''
@dataclass(frozen=True)
class Added{n}(Method):
    """One of many."""

    name = "added{n}"
    title = "Added {n}"

    def select(self, features, k):
        raise NotImplementedError
'''


def marks(figure: go.Figure) -> dict[str, list[tuple[Any, ...]]]:
    """What is drawn in each plot, without its colour: (line, marker) of each trace and level."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    for trace in figure.data:
        line = (trace.line.dash or "solid", trace.line.width) if "lines" in trace.mode else None
        symbol = trace.marker.symbol if "markers" in trace.mode else None
        found.setdefault(trace.yaxis or "y", []).append((line, symbol))
    for shape in figure.layout.shapes:
        if shape.type == "line":
            axis = shape.yref.split()[0]
            found.setdefault(axis, []).append(((shape.line.dash, shape.line.width), None))
    return found


def assert_told_apart(figure: go.Figure) -> None:
    for axis, drawn in marks(figure).items():
        for one, other in combinations(drawn, 2):
            assert one != other, (axis, one)


@pytest.mark.parametrize("reports", [3, 400])
def test_every_pair_of_curves_of_a_training(reports: int) -> None:
    names = [name for panel in PANELS for name in panel.monitors]
    curves = {name: np.linspace(0, 1, reports) for name in ("iteration", *names)}
    figure = training(curves)
    assert len(figure.data) == len(names)
    assert_told_apart(figure)
    for trace in figure.data:
        assert trace.marker.maxdisplayed >= 2


def test_the_attention_and_its_levels(steps: FrameScores) -> None:
    assert_told_apart(attention(steps, 1.2))


def method_curves() -> dict[str, Keyframes]:
    """Every method with a curve and a threshold, and one that is registered no more."""
    time_N = np.arange(4) / 4
    curve = Curve(time_N, time_N, "distance", "", 0.5)
    index_K = np.array([1, 2])
    kept = Keyframes("", index_K, index_K / 4, np.ones(2), curves={"d": curve})
    return {name: replace(kept, method=name) for name in (*registered.registry(), "forgotten")}


def test_each_method_and_its_threshold_among_the_curves() -> None:
    shown = method_curves()
    figure = diagnostics(shown, 1.0)
    assert len(marks(figure)) == len(shown)  # a plot each, named by its method
    assert_told_apart(figure)
    assert len(figure.layout.annotations) == len({note.text for note in figure.layout.annotations})


def test_every_pair_of_methods_and_of_plug_ins_too(tmp_path: Path) -> None:
    """The styles are enough for twice as many methods as there are styles; glyphs for any number,
    and a method always stands beside its name."""
    path = tmp_path / "many.py"
    more = 2 * len(STYLES) - len(registered.registry())
    path.write_text(PLUGIN + "".join(ONE.format(n=n) for n in range(more)))
    with unplugged():
        built_in = len(registered.registry())
        registered.plug_in([path])
        names = list(registered.registry())
        assert (len(names), registered.plugins()[0].fault) == (built_in + more, None)
        styles = [style_of(name) for name in names]
        last = style_of("forgotten")
    for one, other in combinations(styles, 2):
        assert one.symbol != other.symbol
        assert one.glyph != other.glyph
    assert last.glyph not in {style.glyph for style in styles}
    for first, second in zip(STYLES, styles[len(STYLES) :], strict=False):
        assert (first.light, first.dash) == (second.light, second.dash)


def test_the_first_styles_differ_by_dash_alone() -> None:
    assert len({style.dash for style in STYLES[:6]}) == 6
