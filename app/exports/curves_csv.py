"""CSV of the curves that a method decided by: one point a row."""

from collections.abc import Iterator

import numpy as np

from app.exports.source import Source, keyframes_of, reading
from app.exports.tables import Cell, read_table, write_table
from model.types import Curve

HEADER = ("curve", "label", "unit", "threshold", "time_s", "value")


def write(source: Source, method: str) -> str:
    """A row (name, label, unit, threshold or nothing, seconds, value) a point; a curve without
    points is one row without time and value. Raises UnknownMethod."""
    curves = keyframes_of(source, method).curves
    rows = (row for name, curve in curves.items() for row in _rows(name, curve))
    return write_table(HEADER, rows)


def read(text: str) -> dict[str, Curve]:
    """The curves by name. Raises InvalidExport."""
    with reading("table of curves (CSV)"):
        found: dict[str, list[list[str]]] = {}
        for name, *row in read_table(text, HEADER):
            found.setdefault(name, []).append(row)
        return {name: _curve(rows) for name, rows in found.items()}


def _rows(name: str, curve: Curve) -> Iterator[tuple[Cell, ...]]:
    about = (name, curve.label, curve.unit, curve.threshold)
    if not len(curve.time_s):
        yield (*about, None, None)
    for point in zip(curve.time_s.tolist(), curve.value.tolist(), strict=True):
        yield (*about, *point)


def _curve(rows: list[list[str]]) -> Curve:
    label, unit, threshold = rows[0][:3]
    points = [(float(time), float(value)) for *_, time, value in rows if time]
    time_N, value_N = np.array(points, np.float64).reshape(-1, 2).T
    return Curve(time_N, value_N, label, unit, float(threshold) if threshold else None)
