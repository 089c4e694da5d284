"""The distribution of attention over a clip, one bar a step, as Figure 17 of the paper shows it."""

from collections.abc import Sequence

import plotly.graph_objects as go

from app.figures.attention import Phase
from app.figures.style import FONT, PALETTES, Theme
from model.types import FrameScores

HEIGHT = 132


def distribution(
    steps: FrameScores, duration_s: float, phases: Sequence[Phase] = (), theme: Theme = "light"
) -> go.Figure:
    """phi_t of every step, those at which the gate opens in the accent and dotted; decisive phases
    shaded."""
    palette = PALETTES[theme]
    colours = [palette.attention if opens else palette.muted for opens in steps.open_S.tolist()]
    bars = go.Bar(
        x=steps.time_S, y=steps.phi_S, marker={"color": colours, "line": {"width": 0}}, name="phi",
        width=0.8 * duration_s / len(steps.index_S),
    )  # fmt: skip
    opens = go.Scatter(
        x=steps.time_S[steps.open_S], y=steps.phi_S[steps.open_S], name="open steps",
        mode="markers", marker={"color": palette.ink, "size": 4, "symbol": "circle"},
    )  # fmt: skip
    axis = {"gridcolor": palette.grid, "zeroline": False, "fixedrange": True}
    figure = go.Figure(
        [bars, opens],
        layout={
            "height": HEIGHT,
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": FONT, "size": 12, "color": palette.muted},
            "margin": {"l": 44, "r": 8, "t": 4, "b": 24},
            "showlegend": False,
            "xaxis": {**axis, "range": [0, duration_s], "ticksuffix": " s", "nticks": 6},
            "yaxis": {**axis, "rangemode": "tozero", "nticks": 3},
        },
    )
    for phase in phases:
        if phase.decisive:
            figure.add_vrect(
                x0=phase.start_s, x1=phase.end_s, fillcolor=palette.band, line_width=0,
                layer="below", name=phase.name,
            )  # fmt: skip
    return figure
