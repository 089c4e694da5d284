"""One document, or two side by side: which table, figure and claim of the second belongs to which
of the first."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from model.reproduction.document import Claim, Document, Figure, Row, Section, Table

Part = TypeVar("Part")


@dataclass(frozen=True)
class Line:
    """A row of a table, and whose it is: 0 the first document's, 1 the second's."""

    row: Row
    place: int


@dataclass(frozen=True)
class Merged:
    """A table of both documents: `origins` are (place, number) of the tables it is made of, the
    number counted from 1 within the section, as CSV are addressed."""

    title: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    origins: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Pair:
    """A section of both documents; what only one has stands alone. A figure or a notice is named
    with its place."""

    sections: tuple[Section | None, ...]
    tables: tuple[Merged, ...]
    figures: tuple[tuple[tuple[int, Figure], ...], ...]
    notices: tuple[tuple[int, str], ...]

    @property
    def about(self) -> Section:
        """The section in the first document that has it."""
        return next(section for section in self.sections if section is not None)


def sections(documents: Sequence[Document]) -> list[Pair]:
    """The sections in the order of the first document, then those of the second alone."""
    return [
        Pair(found, _tables(found), _figures(found), _notices(found))
        for found in _matched([document.sections for document in documents], lambda s: s.name)
    ]


def claims(documents: Sequence[Document]) -> list[tuple[Claim | None, ...]]:
    """The paper's claims, each with what came of it in each document."""
    return _matched([document.claims for document in documents], lambda c: (c.text, c.paper))


def _matched(
    found: Sequence[Sequence[Part]], name: Callable[[Part], Hashable]
) -> list[tuple[Part | None, ...]]:
    """For each name in order of appearance its part in each document, None where it has none."""
    known = [{name(part): part for part in parts} for parts in found]
    names = dict.fromkeys(key for parts in known for key in parts)
    return [tuple(parts.get(key) for parts in known) for key in names]


def _tables(found: Sequence[Section | None]) -> tuple[Merged, ...]:
    """Tables of one title and the same columns become one."""
    alike: dict[Hashable, list[tuple[int, int, Table]]] = {}
    for place, section in enumerate(found):
        seen: Counter[Hashable] = Counter()  # the same title twice in a section: two tables
        for number, table in enumerate(section.tables if section else (), start=1):
            key = (table.title, table.columns)
            alike.setdefault((key, seen[key]), []).append((place, number, table))
            seen[key] += 1
    return tuple(_merged(entries) for entries in alike.values())


def _merged(entries: Sequence[tuple[int, int, Table]]) -> Merged:
    first = entries[0][2]
    rows = ((place, row) for place, _, table in entries for row in table.rows)
    grouped: dict[Hashable, list[Line]] = {}
    for place, row in rows:
        group = grouped.setdefault((row.name, row.source), [])
        if row.source != "paper" or row not in [line.row for line in group]:  # printed once
            group.append(Line(row, place))
    lines = tuple(line for group in grouped.values() for line in group)
    origins = tuple((place, number) for place, number, _ in entries)
    return Merged(first.title, first.columns, lines, origins)


def _figures(found: Sequence[Section | None]) -> tuple[tuple[tuple[int, Figure], ...], ...]:
    """Figures of one title and kind stand beside each other."""
    alike: dict[Hashable, list[tuple[int, Figure]]] = {}
    for place, section in enumerate(found):
        for figure in section.figures if section else ():
            alike.setdefault((figure.title, figure.kind), []).append((place, figure))
    return tuple(tuple(entries) for entries in alike.values())


def _notices(found: Iterable[Section | None]) -> tuple[tuple[int, str], ...]:
    """Notices and what is missing, each document's own."""
    return tuple(
        (place, said)
        for place, section in enumerate(found)
        if section
        for said in (*_missing(section), *section.notices)
    )


def _missing(section: Section) -> list[str]:
    return [f"Not measured: {section.missing}"] if section.missing else []
