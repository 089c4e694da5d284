"""A result as arrays, tables and figures: in a notebook it shows itself."""

from typing import TYPE_CHECKING, Literal

import numpy as np

from app.client.extra import needed
from app.figures.style import Theme
from model.types import Analysis

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go


def keyframes_frame(analysis: Analysis) -> "pd.DataFrame":
    """The keyframes of every method, one a row: method, index, time_s, score. Raises
    MissingExtra without pandas."""
    methods = analysis.methods.values()
    columns = {
        "method": np.repeat(list(analysis.methods), [len(kept.index_K) for kept in methods]),
        "index": _joined([kept.index_K for kept in methods], np.int64),
        "time_s": _joined([kept.time_K for kept in methods], np.float64),
        "score": _joined([kept.score_K for kept in methods], np.float64),
    }
    return needed("pandas").DataFrame(columns)


def steps_frame(analysis: Analysis) -> "pd.DataFrame":
    """The attention, one step a row: index, time_s, phi, gate, open; no row without the attention
    model. Raises MissingExtra without pandas."""
    steps = analysis.steps
    names = {"index": "index_S", "time_s": "time_S", "phi": "phi_S", "gate": "gate_S",
             "open": "open_S"}  # fmt: skip
    columns = {name: getattr(steps, field) if steps else [] for name, field in names.items()}
    return needed("pandas").DataFrame(columns)


def figure(
    analysis: Analysis, which: Literal["attention", "curves"] = "attention", theme: Theme = "light"
) -> "go.Figure":
    """The attention over the gate, or the curves that the methods decided by, as the page draws
    them; a notebook shows it, zoomable."""
    from app.figures.alone import attention_alone, curves_alone

    draw = attention_alone if which == "attention" else curves_alone
    return draw(analysis, theme)


def _joined(arrays: "list[np.ndarray]", dtype: type) -> "np.ndarray":
    return np.concatenate([np.empty(0, dtype), *arrays])


def _table(analysis: Analysis) -> str:
    from app.exports.report import methods_table

    return methods_table(analysis)


class Result(Analysis):
    """An Analysis that came from a server. `Result.from_json` reads an exported one."""

    keyframes_frame = keyframes_frame
    steps_frame = steps_frame
    figure = figure
    _repr_html_ = _table
