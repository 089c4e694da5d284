"""Records, frozen dataclasses, as JSON, and as CSV whose columns are their fields.

In CSV a time is ISO 8601, a tuple of words is joined by commas, a mapping is JSON. Either form
reads back to equal records.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from types import NoneType
from typing import Any, Generic, TypeVar, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter

from app.exports.source import InvalidExport, reading
from app.exports.tables import Cell, read_table, write_table

T = TypeVar("T")


@dataclass(frozen=True)
class Records(Generic[T]):
    """How the records of a kind are written and read; `schema` names their JSON."""

    kind: type[T]
    schema: str

    def write_csv(self, records: Iterable[T]) -> str:
        """A row a record."""
        names = self._columns()
        rows = ([_cell(getattr(record, name)) for name in names] for record in records)
        return write_table(names, rows)

    def read_csv(self, text: str) -> list[T]:
        """Raises InvalidExport."""
        names, hints = self._columns(), get_type_hints(self.kind)
        with reading(f"table of {self.schema} (CSV)"):
            rows = read_table(text, names)
            return [
                self.kind(**{n: _value(c, hints[n]) for n, c in zip(names, row, strict=True)})
                for row in rows
            ]

    def write_json(self, records: Iterable[T]) -> str:
        """An object of the `schema` and its `records`."""
        content = TypeAdapter(list[self.kind]).dump_python(  # type: ignore[name-defined]
            list(records), mode="json"
        )
        return json.dumps({"schema": self.schema, "records": content}, ensure_ascii=False)

    def read_json(self, text: str) -> list[T]:
        """Raises InvalidExport."""
        with reading(f"{self.schema} (JSON)"):
            document = json.loads(text)
            if document["schema"] != self.schema:
                raise InvalidExport(
                    f"wanted {self.schema}, got {document['schema']!r}", "Export it again."
                )
            adapter = TypeAdapter(list[self.kind])  # type: ignore[name-defined]
            return list(adapter.validate_python(document["records"]))

    def _columns(self) -> list[str]:
        return [field.name for field in fields(self.kind)]  # type: ignore[arg-type]


def _cell(value: Any) -> Cell:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return ",".join(value)
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    cell: Cell = value
    return cell


def _value(cell: str, hint: Any) -> Any:
    """What `_cell` made a cell of, by the type of its field."""
    if NoneType in get_args(hint) and not cell:
        return None
    if get_origin(hint) is tuple:
        return tuple(cell.split(",")) if cell else ()
    if get_origin(hint) in (dict, Mapping):
        return json.loads(cell)
    return TypeAdapter(hint).validate_python(cell)
