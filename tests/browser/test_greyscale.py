"""What Chromium draws of the figures, without its colours: no two curves of a plot look alike."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from playwright.sync_api import Browser, Page

from app.figures.attention import attention
from app.figures.diagnostics import diagnostics
from app.figures.training import PANELS, training
from app.standalone import PLOTLY
from app.static_files import STATIC
from tests.app.exports.conftest import uneven
from tests.app.figures.test_greyscale import method_curves

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Of each plot: the dashes and width of each curve, its markers' outline and whether that is hollow
DRAWN = """() => [...document.querySelectorAll(".cartesianlayer > .subplot")].map((plot) =>
  [...plot.querySelectorAll(".trace.scatter")].map((trace) => {
    const line = trace.querySelector(".js-line"), points = [...trace.querySelectorAll(".point")];
    const style = line && getComputedStyle(line), point = points[0];
    return {
      line: line && [style.strokeDasharray, style.strokeWidth],
      marker: point && [point.getAttribute("d"), getComputedStyle(point).fill === "none"],
      markers: points.length,
    };
  }))"""


@pytest.fixture
def blank(browser: Browser) -> Iterator[Page]:
    """A page with plotly.js and a place for a figure."""
    page = browser.new_page(viewport={"width": 1000, "height": 2400})
    page.set_content('<!DOCTYPE html><div id="graph"></div>')
    page.add_script_tag(path=STATIC / PLOTLY)
    yield page
    page.close()


def drawn(page: Page, figure: go.Figure) -> list[list[dict[str, Any]]]:
    """What Chromium makes of the curves of each plot."""
    page.evaluate("f => Plotly.newPlot('graph', f.data, f.layout)", json.loads(figure.to_json()))
    plots: list[list[dict[str, Any]]] = page.evaluate(DRAWN)
    assert sum(map(len, plots)) == len(figure.data)
    return plots


def looks(plot: list[dict[str, Any]]) -> set[str]:
    """How the curves look, each once."""
    return {json.dumps([curve["line"], curve["marker"]]) for curve in plot}


@pytest.mark.parametrize("reports", [3, 400])
def test_curves_of_a_training_differ_by_dashes_or_markers(blank: Page, reports: int) -> None:
    names = [name for panel in PANELS for name in panel.monitors]
    random = np.random.default_rng(0)
    curves = {name: random.random(reports) for name in names}
    curves["iteration"] = np.arange(reports) * 10.0
    plots = drawn(blank, training(curves))
    for plot, panel in zip(plots, PANELS, strict=True):
        assert len(looks(plot)) == len(panel.monitors)
        assert all(3 <= curve["markers"] <= 24 for curve in plot)
    accuracy = [tuple(curve["line"]) for curve in plots[1]]
    assert len(set(accuracy[:6])) == 6  # by their dashes alone, before the seventh takes one again


def test_each_method_has_dashes_and_a_marker_of_its_own(blank: Page) -> None:
    plots = drawn(blank, diagnostics(method_curves(), 1.0))
    pairs = [(tuple(curve["line"]), tuple(marks["marker"])) for curve, marks in plots]
    assert len({marker for _, marker in pairs}) == len(pairs)
    assert len({line for line, _ in pairs}) == 6
    assert pairs[0][0][0] == "none"  # solid


def test_attention_and_gate_are_told_from_their_levels(blank: Page) -> None:
    analysis = uneven()
    plots = drawn(blank, attention(analysis.steps, analysis.clip.info.duration_s))
    levels = blank.locator(".shapelayer path").evaluate_all(
        "all => all.map(path => getComputedStyle(path).strokeDasharray)"
    )
    lines = [curve["line"][0] for plot in plots for curve in plot if curve["line"]]
    assert lines == ["none", "none"]
    assert len(levels) == 2
    assert "none" not in levels
