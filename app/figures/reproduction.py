"""A figure of a reproduction: lines, bars or a matrix; what the paper has is drawn hollow.

Told apart without colour, too: lines by dash and marker, bars by hatching, a matrix by lightness.
"""

import math
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import plotly.graph_objects as go

from app.figures.methods import STYLES, MethodStyle, style_of
from app.figures.style import FONT, PALETTES, Theme
from model.methods import registry
from model.reproduction.document import Figure, Series

HEIGHT, ROW = 340, 26  # px: of a plot; of a row of a matrix
SMALL_ROW, MOST_ROWS = 11, 24  # px of a row of a larger matrix than that
MARGIN = {"l": 12, "r": 12, "t": 12, "b": 12}  # what axes and legend need comes on top
MOST_BARRED = 12  # points of a line; with more its intervals are a band
MOST_MARKED = 40  # points of a line; with more it carries no marker
MOST_WRITTEN = 14  # columns of a matrix whose values are written into it
BAR = 11  # px of a bar at least
SHAPES = ("/", ".", "x", "\\", "-", "+", "|")
HATCHES = (("", 6), *((shape, size) for size in (6, 11) for shape in SHAPES))  # size in px
EMPTY: dict[Theme, str] = {"light": "#ffffff", "dark": "#22262b"}  # of a matrix: its lowest value
PAPER_DASH = "2px,4px"

Bounds = tuple[float, float]


def reproduction(
    figure: Figure, *, theme: Theme = "light", bounds: Bounds | None = None
) -> go.Figure:
    """The figure; `bounds` of its vertical axis, by default those of its values."""
    if figure.kind == "matrix":
        return _matrix(figure, theme)
    styles = styles_of([series.name for series in figure.series])
    drawn = go.Figure(layout=_layout(figure, theme))
    for place, (series, style) in enumerate(zip(figure.series, styles, strict=True)):
        if figure.kind == "bars":
            drawn.add_trace(_bars(series, style, place, theme))
        else:
            drawn.add_traces(_line(series, style, theme))
    if figure.kind == "bars":
        drawn.update_layout(barmode="overlay" if _apart(figure) else "group")
    return drawn.update_yaxes(range=list(bounds or bounds_of([figure])))


def width_of(figure: Figure) -> int:
    """Pixels that it needs to be read: on a narrower page it scrolls."""
    columns = len({x for one in figure.series for x in one.x})
    if figure.kind == "matrix":
        return 180 + SMALL_ROW * columns if columns > MOST_ROWS else 0
    return 90 + BAR * columns * len(figure.series) if figure.kind == "bars" else 0


def bounds_of(figures: Iterable[Figure]) -> Bounds:
    """The vertical range that figures on the same axis share: from 0 where they are bars or lie
    near it, and no further than their values and intervals."""
    figures = list(figures)
    series = [one for figure in figures for one in figure.series]
    values = [v for one in series for v in (*one.y, *one.low, *one.high) if _known(v)]
    low, high = min(values, default=0.0), max(values, default=1.0)
    if any(figure.kind == "bars" for figure in figures) or 0 < low < (high - low):
        low, high = min(low, 0.0), max(high, 0.0)
    room = 0.06 * (high - low) or 0.5
    return (low - room if low else 0.0), (high + room if high else 0.0)


def styles_of(names: Sequence[str]) -> list[MethodStyle]:
    """The style of each series: of a method its own, of others one that no method here has. Series
    of one name, ours and the paper's, look alike."""
    own = {name: style_of(method) for name in names if (method := _method(name))}
    free = [style for style in STYLES if style not in own.values()] or list(STYLES)
    others = [name for name in dict.fromkeys(names) if name not in own]
    given = {name: free[place % len(free)] for place, name in enumerate(others)}
    return [(own | given)[name] for name in names]


def label_of(series: Series) -> str:
    """What the legend says of a series: the paper's are named as such."""
    name = escape(series.name, quote=False)  # Plotly reads some HTML
    return f"{name}, paper" if series.source == "paper" else name


def _method(name: str) -> str | None:
    """The method that a series is named after: by its name, alone or first, or by its title."""
    first = name.partition(" ")[0].strip(",:").lower()
    titles = {cls.title.lower(): method for method, cls in registry().items()}
    return first if first in registry() else titles.get(name.lower())


def _line(series: Series, style: MethodStyle, theme: Theme) -> list[go.Scatter]:
    paper, colour = series.source == "paper", style.colour(theme)
    banded = len(series.x) > MOST_BARRED
    line = go.Scatter(
        x=series.x,
        y=series.y,
        name=label_of(series),
        legendgroup=label_of(series),
        mode="lines+markers" if len(series.x) <= MOST_MARKED else "lines",
        line={
            "color": colour,
            "width": 1 if paper else 2,
            "dash": PAPER_DASH if paper else style.dash,
        },
        marker={"color": colour, "size": 8, "symbol": _hollow(style) if paper else style.symbol},
        error_y=None if banded else _interval(series, colour),
        hovertemplate=f"{label_of(series)}: %{{y:.4g}} at %{{x}}<extra></extra>",
        cliponaxis=False,
    )
    return [_band(series, colour), line] if banded and series.low and series.high else [line]


def _band(series: Series, colour: str) -> go.Scatter:
    """The intervals as an area around the line, its upper edge first."""
    return go.Scatter(
        x=[*series.x, *reversed(series.x)],
        y=[*series.high, *reversed(series.low)],
        legendgroup=label_of(series),
        showlegend=False,
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=_clear(colour),
        hoverinfo="skip",
    )


def _bars(series: Series, style: MethodStyle, place: int, theme: Theme) -> go.Bar:
    paper, colour, palette = series.source == "paper", style.colour(theme), PALETTES[theme]
    shape, size = HATCHES[place % len(HATCHES)]
    hatch = {"shape": shape, "size": size, "solidity": 0.35}
    return go.Bar(
        x=series.x,
        y=series.y,
        name=label_of(series),
        marker={
            "color": "rgba(0,0,0,0)" if paper else colour,
            "line": {"color": colour, "width": 1.5},
            "pattern": {} if paper else {**hatch, "fgcolor": palette.ink, "fillmode": "overlay"},
        },
        error_y=_interval(series, palette.ink),
        hovertemplate=f"{label_of(series)}: %{{y:.4g}}, %{{x}}<extra></extra>",
    )


def _apart(figure: Figure) -> bool:
    """Whether no two series have a bar at the same place: then none makes room for another."""
    places = [x for series in figure.series for x in dict.fromkeys(series.x)]
    return len(places) == len(set(places))


def _interval(series: Series, colour: str) -> dict[str, Any] | None:
    if not (series.low and series.high):
        return None
    return {
        "type": "data",
        "symmetric": False,
        "array": [_gap(y, high) for y, high in zip(series.y, series.high, strict=True)],
        "arrayminus": [_gap(low, y) for low, y in zip(series.low, series.y, strict=True)],
        "color": colour,
        "thickness": 1.2,
        "width": 3,
    }


def _matrix(figure: Figure, theme: Theme) -> go.Figure:
    """Rows from the top in the order of the series; the larger a value, the stronger its ink."""
    palette, columns = PALETTES[theme], [*(figure.series[0].x if figure.series else ())]
    rows = len(figure.series)
    small = max(rows, len(columns)) > MOST_ROWS
    height = HEIGHT - 160 + (SMALL_ROW if small else ROW) * max(6, rows)
    layout = _layout(figure, theme) | {"height": height}
    drawn = go.Figure(layout=layout)
    drawn.add_trace(
        go.Heatmap(
            x=columns,
            y=[label_of(series) for series in figure.series],
            z=[list(series.y) for series in figure.series],
            colorscale=[[0, EMPTY[theme]], [1, palette.ink]],
            texttemplate="%{z:.3~g}" if len(columns) <= MOST_WRITTEN else None,
            xgap=1,
            ygap=1,
            colorbar={"thickness": 10, "outlinewidth": 0, "tickfont": {"size": 11}},
            hovertemplate="%{y}, %{x}: %{z:.4g}<extra></extra>",
        )
    )
    ticks = {"dtick": 1, "tickfont": {"size": 9 if small else 11}}  # a name for each
    drawn.update_xaxes(showgrid=False, **ticks)
    return drawn.update_yaxes(showgrid=False, autorange="reversed", **ticks)


def _layout(figure: Figure, theme: Theme) -> dict[str, Any]:
    palette = PALETTES[theme]
    axis = {
        "gridcolor": palette.grid,
        "zerolinecolor": palette.grid,
        "fixedrange": True,
        "automargin": True,
        "tickfont": {"size": 11},
    }
    named = len(figure.series) > 1 or any(s.source == "paper" for s in figure.series)
    title = {"font": {"size": 12}, "standoff": 8}
    return {
        "height": HEIGHT,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 12, "color": palette.muted},
        "margin": MARGIN,
        "bargroupgap": 0.08,
        "showlegend": named and figure.kind != "matrix",
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "yanchor": "bottom",
            "bgcolor": "rgba(0,0,0,0)",
            "font": {"size": 12, "color": palette.ink},
        },
        "hovermode": "closest",
        "xaxis": {**axis, "title": {"text": escape(figure.x, quote=False), **title}},
        "yaxis": {**axis, "title": {"text": escape(figure.y, quote=False), **title}, "nticks": 7},
    }


def _hollow(style: MethodStyle) -> str:
    """The marker without its filling; one that has none gets a dot."""
    return f"{style.symbol}-dot" if style.symbol.endswith("-open") else f"{style.symbol}-open"


def _clear(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.16)"


def _gap(low: float, high: float) -> float | None:
    return max(0.0, high - low) if _known(low) and _known(high) else None


def _known(value: float | None) -> bool:
    return value is not None and math.isfinite(value)
