"""The curves of a training: loss, accuracy, gates, one panel each over the iterations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from app.figures.decimate import envelope
from app.figures.methods import STYLES
from app.figures.style import FONT, PALETTES, Theme
from model.types import Floats

PANEL, GAP, TOP, BOTTOM = 112, 44, 30, 40  # px
LEFT, RIGHT = 44, 124  # px; the legends stand right of their panels
MOST_MARKED = 12  # markers on a line, evenly, however many reports it has


@dataclass(frozen=True)
class Panel:
    """One panel: its title, the monitors it draws, each with its label."""

    title: str
    monitors: Mapping[str, str]
    from_zero: bool = True


PANELS = (
    Panel("Loss", {"loss": "training", "validation/loss": "validation"}),
    Panel(
        "Accuracy; by gate or steps: of the validation clips",
        {
            "accuracy": "training",
            "validation/accuracy": "validation",
            "validation/soft": "own soft gate",
            "validation/binary": "own gate",
            "validation/uniform": "uniform steps",
            "validation/random": "random steps",
            "validation/whole": "all steps",
        },
        from_zero=False,
    ),
    Panel("Share of open gates", {"open_rate": "training", "validation/open_rate": "validation"}),
    Panel("Width of the gate, σ", {"sigma": "training"}),
)


def training(curves: Mapping[str, Floats], *, theme: Theme = "light") -> go.Figure:
    """The monitors of a training by name, (N,) each, over `iteration`; a panel without any is left
    out. Lines differ by colour, dash and marker."""
    drawn = [panel for panel in PANELS if any(_known(curves, name) for name in panel.monitors)]
    figure = go.Figure(layout=_layout(drawn, theme))
    for number, panel in enumerate(drawn):
        axis = f"y{number + 1}" if number else "y"
        names = [name for name in panel.monitors if _known(curves, name)]
        for place, name in enumerate(names):
            label = panel.monitors[name]
            figure.add_trace(_line(curves, name, label, place, theme, axis, number))
        figure.add_annotation(
            text=panel.title,
            x=0,
            y=1,
            xref="paper",
            yref=f"{axis} domain",
            xanchor="left",
            yanchor="bottom",
            xshift=-LEFT,
            yshift=6,
            showarrow=False,
            font={"size": 12, "color": PALETTES[theme].ink},
        )
    return figure


def _known(curves: Mapping[str, Floats], name: str) -> bool:
    return name in curves and bool(np.isfinite(curves[name]).any())


def _line(
    curves: Mapping[str, Floats],
    name: str,
    label: str,
    place: int,
    theme: Theme,
    axis: str,
    number: int,
) -> go.Scatter:
    there = np.isfinite(curves[name])
    iteration_N, value_N = curves["iteration"][there], curves[name][there]
    shown = envelope(value_N)
    style = STYLES[place]
    colour = style.colour(theme)
    return go.Scatter(
        x=iteration_N[shown],
        y=value_N[shown],
        name=label,
        mode="lines+markers",
        line={"color": colour, "width": 1.5, "dash": style.dash},
        marker={
            "color": colour,
            "symbol": style.symbol,
            "size": 7,
            "maxdisplayed": MOST_MARKED,
        },
        yaxis=axis,
        legend=f"legend{number + 1}" if number else "legend",
        hovertemplate=f"{label} %{{y:.4g}} at iteration %{{x:,}}<extra></extra>",
        cliponaxis=False,
    )


def _layout(drawn: Sequence[Panel], theme: Theme) -> dict[str, Any]:
    palette = PALETTES[theme]
    panels = len(drawn)
    inner = max(1, panels) * (PANEL + GAP) - GAP
    grid = {"gridcolor": palette.grid, "zeroline": False, "fixedrange": True}
    layout: dict[str, Any] = {
        "height": inner + TOP + BOTTOM,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 12, "color": palette.muted},
        "margin": {"l": LEFT, "r": RIGHT, "t": TOP, "b": BOTTOM, "autoexpand": False},
        "showlegend": True,
        "hovermode": "closest",
        "xaxis": {
            **grid,
            "anchor": f"y{panels}" if panels > 1 else "y",
            "title": {"text": "iteration", "font": {"size": 12}, "standoff": 6},
            "tickformat": ",",
            "nticks": 6,
            "tickfont": {"size": 11},
        },
    }
    for number, panel in enumerate(drawn):
        top = 1 - number * (PANEL + GAP) / inner
        suffix = str(number + 1) if number else ""
        layout[f"yaxis{suffix}"] = {
            **grid,
            "domain": [max(0.0, top - PANEL / inner), top],
            "nticks": 4,
            "tickfont": {"size": 11},
            "rangemode": "tozero" if panel.from_zero else "normal",
        }
        layout[f"legend{suffix}"] = {
            "x": 1.0,
            "xanchor": "left",
            "y": top,
            "yanchor": "top",
            "font": {"size": 11},
            "bgcolor": "rgba(0,0,0,0)",
            "itemclick": False,
            "itemdoubleclick": False,
        }
    return layout
