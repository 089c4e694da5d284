"""The figures where no page stands around them: their axes named, zoomed and read off in place."""

import plotly.graph_objects as go

from app.figures.attention import attention
from app.figures.diagnostics import diagnostics
from app.figures.style import Theme
from model.types import Analysis

GUTTER = 84  # px left of the plots: ticks and a title


def attention_alone(analysis: Analysis, theme: Theme = "light") -> go.Figure:
    """phi_t of each step over the gate, without steps the empty axes."""
    duration_s = analysis.clip.info.duration_s
    figure = attention(analysis.steps, duration_s, theme=theme, gutter=GUTTER)
    return _live(figure.update_layout(yaxis_title_text="phi_t", yaxis2_title_text="gate a_t"))


def curves_alone(analysis: Analysis, theme: Theme = "light") -> go.Figure:
    """What each method decided by."""
    duration_s = analysis.clip.info.duration_s
    return _live(diagnostics(analysis.methods, duration_s, theme=theme, gutter=GUTTER))


def _live(figure: go.Figure) -> go.Figure:
    return figure.update_xaxes(fixedrange=False).update_traces(hoverinfo="x+y+name")
