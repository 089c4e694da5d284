"""The attention figure: phi_t above, the gate a_t below, on one time axis (equations 6, 7, 21)."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from app.figures.decimate import envelope, within
from app.figures.style import PALETTES, Palette, Theme, time_layout
from model.types import FrameScores, Indices

HEIGHT = 300
PHI_DOMAIN = (0.44, 1.0)
GATE_DOMAIN = (0.0, 0.36)
MOST_DOTS = 2000  # more hide each other, and cost the browser seconds


class Phase(NamedTuple):
    """A ground-truth phase, e.g. the flight, in seconds; the action is decided in some of them."""

    name: str
    start_s: float
    end_s: float
    decisive: bool = False


def attention(
    steps: FrameScores | None,
    duration_s: float,
    *,
    phases: Sequence[Phase] = (),
    theme: Theme = "light",
    scaled: bool = False,
    gutter: int = 168,
    window: tuple[float, float] | None = None,
) -> go.Figure:
    """phi_t of each step (divided by its maximum when `scaled`) over the gate with its threshold.

    Dots mark the open steps, of thousands those that keep their outline, a dotted line the flat
    level 1/S, bands the `phases`, shaded where decisive. `window` (s) narrows the view and restores
    full resolution there. Without `steps`, the empty axes.
    """
    palette = PALETTES[theme]
    figure = go.Figure(layout=_layout(theme, duration_s, gutter, window, scaled))
    for phase in phases:
        figure.add_shape(
            type="rect",
            x0=phase.start_s,
            x1=phase.end_s,
            y0=0,
            y1=1,
            yref="paper",
            fillcolor=palette.band if phase.decisive else "rgba(0,0,0,0)",
            line={"color": palette.grid, "width": 1},
            layer="below",
            name=phase.name,
        )
    threshold = steps.threshold if steps else 0.5
    figure.add_hline(y=threshold, yref="y2", name="threshold", line=_dotted(palette.ink))
    if steps is None:
        figure.add_traces([_nothing("y"), _nothing("y2")])
    else:
        scale = 1 / float(steps.phi_S.max()) if scaled else 1.0
        flat = scale / len(steps.phi_S)
        figure.add_hline(y=flat, yref="y", name="flat", line=_dotted(palette.muted))
        figure.add_traces(_traces(steps, scale, palette, window))
    return figure


def _nothing(yaxis: str) -> go.Scatter:
    """Plotly draws the seconds and the grid of an axis only where there is a trace."""
    return go.Scatter(x=[0], y=[None], yaxis=yaxis, hoverinfo="skip")


def _traces(
    steps: FrameScores, scale: float, palette: Palette, window: tuple[float, float] | None
) -> list[go.Scatter]:
    seen = within(steps.time_S, window)
    time_S, phi_S, gate_S = steps.time_S[seen], steps.phi_S[seen] * scale, steps.gate_S[seen]
    phi_kept, gate_kept = envelope(phi_S), envelope(gate_S)
    open_at: Indices = np.flatnonzero(steps.open_S[seen])
    phi_open = open_at[envelope(phi_S[open_at], MOST_DOTS)]
    gate_open = open_at[envelope(gate_S[open_at], MOST_DOTS)]
    line = {"color": palette.attention, "width": 2}
    dots = {"color": palette.attention, "size": 6, "symbol": "circle"}
    common: dict[str, Any] = {"hoverinfo": "skip"}
    return [
        go.Scatter(
            x=time_S[phi_kept],
            y=phi_S[phi_kept],
            name="phi",
            mode="lines",
            line=line,
            fill="tozeroy",
            fillcolor=palette.attention_fill,
            **common,
        ),
        go.Scatter(
            x=time_S[phi_open],
            y=phi_S[phi_open],
            name="phi of open steps",
            mode="markers",
            marker=dots,
            **common,
        ),
        go.Scatter(
            x=time_S[gate_kept],
            y=gate_S[gate_kept],
            name="gate",
            mode="lines",
            line={"color": palette.ink, "width": 1.5, "shape": "hv"},
            yaxis="y2",
            **common,
        ),
        go.Scatter(
            x=time_S[gate_open],
            y=gate_S[gate_open],
            name="open steps",
            mode="markers",
            marker=dots,
            yaxis="y2",
            **common,
        ),
    ]


def _layout(
    theme: Theme,
    duration_s: float,
    gutter: int,
    window: tuple[float, float] | None,
    scaled: bool,
) -> dict[str, Any]:
    layout = time_layout(theme, duration_s, gutter, window)
    grid = PALETTES[theme].grid
    axis = {
        "gridcolor": grid,
        "zeroline": False,
        "fixedrange": True,
        "tickfont": {"size": 11},
        "ticklabelstandoff": 6,
    }
    layout["height"] = HEIGHT
    layout["yaxis"] = {**axis, "domain": PHI_DOMAIN, "rangemode": "tozero", "nticks": 4}
    if scaled:
        layout["yaxis"] |= {"range": [0, 1.08], "tickvals": [0, 0.5, 1]}
    layout["yaxis2"] = {
        **axis,
        "domain": GATE_DOMAIN,
        "range": [-0.04, 1.04],
        "tickvals": [0, 0.5, 1],
    }
    layout["xaxis"]["anchor"] = "y"
    return layout


def _dotted(colour: str) -> dict[str, Any]:
    return {"color": colour, "width": 1, "dash": "dot"}
