"""CSV of the attention: one step a row."""

import numpy as np

from app.exports.source import Source, reading
from app.exports.tables import read_table, write_table
from model.types import FrameScores

HEADER = ("index", "time_s", "phi", "gate", "open", "threshold")


def write(source: Source) -> str:
    """A row (decoded frame index, seconds, phi, gate, open as 1 or 0, threshold of the gate) a
    step; the header alone where the analysis has no steps."""
    steps = source.analysis.steps
    if steps is None:
        return write_table(HEADER, [])
    columns = (steps.index_S, steps.time_S, steps.phi_S, steps.gate_S, steps.open_S)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return write_table(HEADER, ((*row, steps.threshold) for row in rows))


def read(text: str) -> FrameScores | None:
    """The inverse of `write`. Raises InvalidExport."""
    with reading("table of attention (CSV)"):
        rows = read_table(text, HEADER)
        if not rows:
            return None
        index_S, *columns = zip(*rows, strict=True)
        time_S, phi_S, gate_S, open_S, threshold_S = (
            np.array([float(cell) for cell in column]) for column in columns
        )
        return FrameScores(
            np.array([int(cell) for cell in index_S], np.int64),
            time_S,
            phi_S,
            gate_S,
            open_S == 1,
            float(threshold_S[0]),
        )
