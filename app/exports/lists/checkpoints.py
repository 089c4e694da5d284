"""The checkpoints with their cards, and the curves of a training."""

import csv
import io

import numpy as np

from app.exports.lists.records import Records
from app.exports.source import reading
from app.exports.tables import read_table, write_table
from model.types import Floats
from worker.models import Model

CHECKPOINTS = Records(Model, "kairoscope/checkpoints@1")


def write_curves(curves: dict[str, Floats]) -> str:
    """A column a monitor, (N,) each, and a row a report; empty where a report lacks one."""
    rows = zip(*(values.tolist() for values in curves.values()), strict=True)
    return write_table(
        list(curves), ([None if np.isnan(value) else value for value in row] for row in rows)
    )


def read_curves(text: str) -> dict[str, Floats]:
    """The monitors by name, NaN where a report lacks one. Raises InvalidExport."""
    with reading("table of curves of a training (CSV)"):
        header = next(csv.reader(io.StringIO(text, newline="")), [])
        table_NM = np.array(
            [[float(cell or "nan") for cell in row] for row in read_table(text, header)]
        )
        names = [name.removeprefix("'") for name in header]
        return dict(zip(names, table_NM.reshape(-1, len(names)).T, strict=True))
