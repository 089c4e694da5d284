"""CSV of the keyframes of every method: one a row, in the order of methods and frames."""

import numpy as np

from app.exports.source import Source, reading
from app.exports.tables import read_table, write_table
from model.types import Keyframes

HEADER = ("method", "index", "time_s", "score")


def write(source: Source) -> str:
    """A row (method, decoded frame index, seconds, score) a keyframe."""
    return write_table(
        HEADER,
        (
            (name, *row)
            for name, kept in source.analysis.methods.items()
            for row in zip(
                kept.index_K.tolist(), kept.time_K.tolist(), kept.score_K.tolist(), strict=True
            )
        ),
    )


def read(text: str) -> dict[str, Keyframes]:
    """The keyframes by method; the table knows no parameters and no curves. Raises
    InvalidExport."""
    with reading("table of keyframes (CSV)"):
        found: dict[str, list[list[str]]] = {}
        for method, *row in read_table(text, HEADER):
            found.setdefault(method, []).append(row)
        return {method: _keyframes(method, rows) for method, rows in found.items()}


def _keyframes(method: str, rows: list[list[str]]) -> Keyframes:
    index_K, time_K, score_K = zip(*rows, strict=True)
    return Keyframes(
        method,
        np.array([int(index) for index in index_K], np.int64),
        np.array([float(time) for time in time_K]),
        np.array([float(score) for score in score_K]),
    )
