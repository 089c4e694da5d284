"""The curves each method decided by, one panel a curve, on the same time axis as the attention."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from app.figures.decimate import envelope, within
from app.figures.methods import style_of, title_of
from app.figures.style import PALETTES, Theme, time_layout
from model.types import Curve, Keyframes

PANEL = 92
TOP, BOTTOM = 28, 6


def diagnostics(
    methods: Mapping[str, Keyframes],
    duration_s: float,
    *,
    theme: Theme = "light",
    gutter: int = 168,
    window: tuple[float, float] | None = None,
) -> go.Figure:
    """One panel for each curve of each method, in the method's colour and dash, its keyframes as
    the method's markers on the curve, a dotted line where it has a threshold."""
    panels = [
        (name, curve)
        for name, kept in methods.items()
        for curve in kept.curves.values()
        if len(curve.time_s)
    ]
    layout = time_layout(theme, duration_s, gutter, window)
    layout["height"] = PANEL * max(1, len(panels)) + TOP + BOTTOM
    layout["xaxis"]["anchor"] = "y"
    figure = go.Figure(layout=layout)
    for number, (name, curve) in enumerate(panels):
        axis = "y" if number == 0 else f"y{number + 1}"
        figure.update_layout({axis.replace("y", "yaxis"): _axis(number, len(panels), theme)})
        figure.add_traces(_panel(methods[name], curve, axis, theme, window))
        label = f"{title_of(name)}: {curve.label}" + (f" ({curve.unit})" * bool(curve.unit))
        figure.add_annotation(
            text=label,
            x=0,
            y=1,
            xref="paper",
            yref=f"{axis} domain",
            xanchor="left",
            yanchor="top",
            xshift=6,
            showarrow=False,
            bgcolor=PALETTES[theme].ground,
            font={"size": 12, "color": style_of(name).colour(theme)},
        )
        if curve.threshold is not None:
            line = {"color": PALETTES[theme].ink, "width": 1, "dash": "dot"}
            figure.add_hline(y=curve.threshold, yref=axis, name=f"{name} threshold", line=line)
    return figure


def _panel(
    kept: Keyframes,
    curve: Curve,
    axis: str,
    theme: Theme,
    window: tuple[float, float] | None,
) -> list[go.Scatter]:
    style = style_of(kept.method)
    colour = style.colour(theme)
    seen = within(curve.time_s, window)
    time_N, value_N = curve.time_s[seen], curve.value[seen]
    shown = envelope(value_N)
    on_curve_K = np.interp(kept.time_K, curve.time_s, curve.value)
    return [
        go.Scatter(
            x=time_N[shown],
            y=value_N[shown],
            name=f"{kept.method} {curve.label}",
            mode="lines",
            line={"color": colour, "width": 1.5, "dash": style.dash},
            yaxis=axis,
            hoverinfo="skip",
        ),
        go.Scatter(
            x=kept.time_K,
            y=on_curve_K,
            name=f"{kept.method} keyframes",
            mode="markers",
            marker={"color": colour, "symbol": style.symbol, "size": 8},
            yaxis=axis,
            hoverinfo="skip",
        ),
    ]


def _axis(number: int, panels: int, theme: Theme) -> dict[str, Any]:
    share, gap = 1 / panels, 0.14 / panels
    top = 1 - number * share
    return {
        "domain": [max(0.0, top - share + gap), top],
        "gridcolor": PALETTES[theme].grid,
        "zeroline": False,
        "fixedrange": True,
        "nticks": 3,
        "tickfont": {"size": 11},
        "ticklabelstandoff": 6,
    }
