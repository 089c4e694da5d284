"""The curves of phi and the gate as a part of a timeline, with what they are beside them."""

from typing import Any

import plotly.graph_objects as go
from dash import dcc, html

from app.pages.video import ids
from app.pages.video.view import Look, Shown

GRAPH = {"staticPlot": True, "displayModeBar": False, "responsive": True}


def curves(now: Shown, look: Look, suffix: str = "", *, loops: bool = True) -> html.Div:
    """phi_t and the gate. Ids end in `suffix`; a drag over them loops where it `loops`, and
    scrubs as on the rows where not."""
    scaled = html.Button(
        "maximum at 1",
        id=f"{ids.SCALED}{suffix}",
        type="button",
        n_clicks=0,
        **{"aria-pressed": "false"},
    )
    zone = {"data-zone": "curves"} if loops else {}
    return html.Div(
        [
            html.Div(
                [_symbol("φ", " attention"), html.P("share per step"), scaled],
                className="panel-label phi",
            ),
            html.Div(
                [_symbol("a", " gate"), html.P("● open at 0.5")],
                className="panel-label gate",
            ),
            graph(f"{ids.ATTENTION}{suffix}", now.attention(look)),
            html.P("The first scores appear here in a moment.", className="waiting"),
        ],
        className="curves",
        **{"data-scores": now.scores, **zone},
        id=f"curves{suffix}",
    )


def graph(id: str, figure: go.Figure) -> dcc.Graph:
    """A graph as wide as its place; Dash takes the height from the style, not from the figure."""
    style: dict[str, Any] = {"height": figure.layout.height}
    return dcc.Graph(id=id, figure=figure, config=GRAPH, responsive=True, style=style)


def _symbol(letter: str, meaning: str) -> html.H2:
    return html.H2([html.Var([letter, html.Sub("t")]), meaning])
