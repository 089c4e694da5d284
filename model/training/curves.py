"""The monitors over a training as CSV, and for TensorBoard where it is installed.

Loads no torch until there is something to write for TensorBoard.
"""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from model.errors import KairoscopeError
from model.types import Floats

MOST_BYTES = 20_000_000


class InvalidCurves(KairoscopeError):
    """A CSV beside a checkpoint is not one that a training wrote."""

    code = "invalid-curves"
    status = 422


class Curves:
    """Writes `out`.csv, and `out`.tensorboard/ when the extra `train` is there.

    `notice` says what is missing, once; empty otherwise.
    """

    def __init__(self, out: Path) -> None:
        self.path, self.notice = out.with_suffix(".csv"), ""
        self._folder, self._shown = out.with_suffix(".tensorboard"), 0
        self._writer: Any = None
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            self.notice = (
                "TensorBoard is not installed: curves go to CSV only "
                "(pip install 'kairoscope[train]' adds it)"
            )
        else:
            self._open: Any = SummaryWriter

    def write(self, history: Sequence[dict[str, float]]) -> None:
        """The whole history so far; a resumed run replaces what an interrupted one left."""
        write_csv(self.path, history)
        if self.notice or not history:
            return
        if self._writer is None:
            first = int(history[0]["iteration"])
            self._writer = self._open(str(self._folder), purge_step=first)
        for row in history[self._shown :]:
            for name, value in row.items():
                self._writer.add_scalar(name, value, int(row["iteration"]))
        self._shown = len(history)
        self._writer.flush()

    def close(self) -> None:
        """Finish the event file."""
        if self._writer is not None:
            self._writer.close()


def write_csv(path: Path, history: Sequence[dict[str, float]]) -> None:
    """One row a report; a monitor that a row lacks stays empty."""
    names = list(dict.fromkeys(name for row in history for name in row)) or ["iteration"]
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".csv.partial")
    with partial.open("w", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(history)
    partial.replace(path)


def read_csv(path: Path) -> dict[str, Floats]:
    """The monitors of a training by name, (N,) each over its N reports, NaN where a report lacks
    one; `iteration` is always among them. Raises InvalidCurves."""
    hint = "Only what `kairoscope train` wrote beside its checkpoint is read."
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InvalidCurves(f"{path.name} is larger than {MOST_BYTES // 10**6} MB", hint)
        with path.open(newline="") as file:
            header, *rows = csv.reader(file)
        table_NM = np.array([[float(cell or "nan") for cell in row] for row in rows])
    except (OSError, ValueError, csv.Error) as error:
        raise InvalidCurves(f"{path.name} is no table of numbers: {error}", hint) from error
    if "iteration" not in header or table_NM.shape != (len(rows), len(header)):
        raise InvalidCurves(f"{path.name} has no column `iteration`, or no rows", hint)
    return dict(zip(header, table_NM.T, strict=True))
