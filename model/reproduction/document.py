"""What a reproduction comes to, as data: sections of tables and figures, and the paper's claims.

Page, HTML and Markdown are drawn from this one value; its JSON form is `kairoscope/reproduction@1`.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self

from model.errors import InvalidValue

SCHEMA = "kairoscope/reproduction@1"
Source = Literal["ours", "paper"]
Runs = tuple[str, ...]  # keys of runs
Verdict = Literal["confirmed", "not confirmed", "not testable here"]


@dataclass(frozen=True)
class Cell:
    """One figure, with the bounds of its 95 % interval and all runs that made it.

    `unit` says how it is written: "share" (0 to 1, shown as per cent), "seconds", "number" or "".
    """

    value: float | str | None
    low: float | None = None
    high: float | None = None
    runs: Runs = ()
    unit: str = ""


@dataclass(frozen=True)
class Row:
    """A line of a table: of ours, or as the paper prints it."""

    name: str
    cells: tuple[Cell, ...]
    source: Source = "ours"
    note: str = ""


@dataclass(frozen=True)
class Table:
    """A table: `columns` are the heads of the cells, without that of the rows' names."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row.cells) != len(self.columns):
                raise InvalidValue(
                    f"{self.title}: wanted {len(self.columns)} cells in {row.name}, "
                    f"got {len(row.cells)}"
                )


@dataclass(frozen=True)
class Series:
    """One line or one set of bars: y over x with the bounds of their intervals and, for each point,
    the runs that made it, where known."""

    name: str
    x: tuple[float | str, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    source: Source = "ours"
    runs: tuple[Runs, ...] = ()

    def __post_init__(self) -> None:
        for values in (self.y, self.low or self.y, self.high or self.y, self.runs or self.y):
            if len(values) != len(self.x):
                raise InvalidValue(f"{self.name}: wanted {len(self.x)} values, got {len(values)}")


@dataclass(frozen=True)
class Figure:
    """A figure: lines or bars over a common axis, or a matrix, whose series are its rows."""

    title: str
    kind: Literal["lines", "bars", "matrix"]
    x: str
    y: str
    series: tuple[Series, ...]


@dataclass(frozen=True)
class Section:
    """One experiment: `paper` says where the paper has it; `missing`, why nothing was measured."""

    name: str
    title: str
    paper: str
    tables: tuple[Table, ...] = ()
    figures: tuple[Figure, ...] = ()
    notices: tuple[str, ...] = ()
    missing: str | None = None


@dataclass(frozen=True)
class Claim:
    """A claim of the paper, and what came of it here: `figure` is the sentence with the numbers."""

    text: str
    paper: str
    verdict: Verdict
    figure: str
    runs: Runs = ()


@dataclass(frozen=True)
class Document:
    """A whole reproduction. `runs` has the provenance of each run by its key: protocol, options,
    inputs, data, versions, seed, machine, start and seconds."""

    dataset: str
    preset: str
    sections: tuple[Section, ...]
    claims: tuple[Claim, ...]
    runs: Mapping[str, Mapping[str, Any]]
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The versioned JSON form, which has no number for what is not finite: null."""
        form: dict[str, Any] = _finite(asdict(self))
        return {"schema": SCHEMA, **form}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The value that `to_json` wrote. Raises InvalidValue for another schema or a bad form."""
        if data.get("schema") != SCHEMA:
            raise InvalidValue(f"wanted {SCHEMA}, got {data.get('schema')!r}")
        try:
            return cls(
                data["dataset"],
                data["preset"],
                tuple(_section(row) for row in data["sections"]),
                tuple(Claim(**{**row, "runs": tuple(row["runs"])}) for row in data["claims"]),
                data["runs"],
                data["provenance"],
            )
        except (KeyError, TypeError) as error:
            raise InvalidValue(f"wanted a whole {SCHEMA}, got {error!r}") from error


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _finite(part) for name, part in value.items()}
    return [_finite(part) for part in value] if isinstance(value, list | tuple) else value


def _section(data: Mapping[str, Any]) -> Section:
    tables = tuple(
        Table(table["title"], tuple(table["columns"]), tuple(_row(row) for row in table["rows"]))
        for table in data["tables"]
    )
    figures = tuple(
        Figure(**{**figure, "series": tuple(_series(row) for row in figure["series"])})
        for figure in data["figures"]
    )
    notices = tuple(data["notices"])
    return Section(**{**data, "tables": tables, "figures": figures, "notices": notices})


def _row(data: Mapping[str, Any]) -> Row:
    return Row(**{**data, "cells": tuple(_cell(cell) for cell in data["cells"])})


def _cell(data: Mapping[str, Any]) -> Cell:
    fields = _with_runs(data)
    return Cell(**{**fields, "runs": tuple(fields["runs"])})


def _series(data: Mapping[str, Any]) -> Series:
    fields = _with_runs(data)
    values = {
        name: tuple(math.nan if value is None else value for value in data[name])
        for name in ("y", "low", "high")
    }
    runs = tuple(tuple(keys) for keys in fields["runs"])
    return Series(**{**fields, **values, "x": tuple(data["x"]), "runs": runs})


def _with_runs(data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a cell or series. Older documents name one run at most, as `run`: of a series
    it made every point."""
    fields = dict(data)
    run = fields.pop("run", None)
    keys = [run] if run else []
    return {"runs": [keys] * len(data["x"]) if keys and "x" in data else keys, **fields}
