"""How far two runs of the same reproduction lie apart: two trainings, two machines, two times.

`python -m scripts.spread FIRST SECOND`, two of document.json. Of the numbers that both have, by
unit, those of the networks that ship apart: the furthest apart, and how many of the second lie in
the first's 95 % intervals; then the claims that both have whose verdicts differ.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from model.reproduction.document import Cell, Document

Place = tuple[str, str, str, str]  # section, table, row, column


@dataclass(frozen=True)
class Apart:
    """A number of ours in both runs; times, by their ratio, else by their difference."""

    place: Place
    first: float
    second: float
    unit: str
    within: bool | None  # the first's interval, where it has one
    ships: bool = False  # measured of networks that ship alone

    @property
    def distance(self) -> float:
        """0 for equal ones."""
        if self.unit == "seconds":
            low, high = sorted((self.first, self.second))
            return high / low - 1
        return abs(self.second - self.first)


def apart(first: Document, second: Document) -> list[Apart]:
    """All numbers that both have."""
    others = dict(_numbers(second))
    found = []
    for place, cell in _numbers(first):
        other = others.get(place)
        if other is not None:
            a, b = _value(cell), _value(other)
            known = cell.low is not None and cell.high is not None
            within = cell.low <= b <= cell.high if known else None  # type: ignore[operator]
            found.append(Apart(place, a, b, cell.unit, within, _ships(first, cell)))
    return found


def verdicts(first: Document, second: Document) -> list[tuple[str, str, str]]:
    """Claims that both have, by text and place in the paper: the text and both verdicts."""
    others = {(claim.text, claim.paper): claim.verdict for claim in second.claims}
    return [
        (claim.text, claim.verdict, others[claim.text, claim.paper])
        for claim in first.claims
        if (claim.text, claim.paper) in others
    ]


def written(first: Document, second: Document) -> str:
    """The comparison as text."""
    numbers, lines = apart(first, second), []
    for unit, ships in dict.fromkeys((number.unit, number.ships) for number in numbers):
        known = [number for number in numbers if (number.unit, number.ships) == (unit, ships)]
        furthest = max(known, key=lambda number: number.distance)
        judged = [number.within for number in known if number.within is not None]
        differing = sum(number.distance > 0 for number in known)
        lines.append(
            f"{unit or 'others'}{' of what ships' if ships else ''}: {len(known)} numbers, "
            f"{differing} differ, {sum(judged)} of {len(judged)} within the interval; furthest "
            f"{furthest.first:.4g} and {furthest.second:.4g}, {' / '.join(furthest.place)}"
        )
    both = verdicts(first, second)
    changed = [(text, one, other) for text, one, other in both if one != other]
    known = f"{len(both)} that both have, of {len(first.claims)} and {len(second.claims)}"
    lines.append(f"verdicts: {len(changed)} differ of {known}")
    lines += [f"  {text} {one}, then {other}" for text, one, other in changed]
    return "\n".join(lines)


def _numbers(document: Document) -> Iterator[tuple[Place, Cell]]:
    for section in document.sections:
        for table in section.tables:
            for row in table.rows:
                for column, cell in zip(table.columns, row.cells, strict=True):
                    if row.source == "ours" and isinstance(cell.value, int | float):
                        yield (section.name, table.title, row.name, column), cell


def _ships(document: Document, cell: Cell) -> bool:
    inputs = [name for key in cell.runs for name in document.runs[key]["inputs"].values()]
    return bool(inputs) and all(name.startswith("shipped/") for name in inputs)


def _value(cell: Cell) -> float:
    assert isinstance(cell.value, int | float)
    return float(cell.value)


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("first", "second"):
        parser.add_argument(name, metavar=name.upper(), type=Path)
    given = parser.parse_args()
    documents = (
        Document.from_json(json.loads(path.read_text(encoding="utf-8")))
        for path in (given.first, given.second)
    )
    print(written(*documents))


if __name__ == "__main__":
    main()
