"""What the page shows: the documents chosen by the address, and the figures drawn from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode

from app.figures.reproduction import Bounds, bounds_of
from app.reproduction.beside import Pair, sections
from app.reproduction.kept import Entry, document_of
from model.errors import KairoscopeError
from model.reproduction.document import Document, Figure
from worker.settings import Settings

LETTERS = "AB"


@dataclass(frozen=True)
class Shown:
    """The reproductions side by side, the first one first; `faults` say which cannot be shown."""

    names: tuple[str, ...]
    documents: tuple[Document, ...]
    faults: tuple[str, ...] = ()

    @property
    def pairs(self) -> list[Pair]:
        return sections(self.documents)

    def letter(self, place: int) -> str:
        """A or B where there are two, else nothing."""
        return LETTERS[place] if len(self.documents) > 1 else ""


@dataclass(frozen=True)
class Drawn:
    """A figure, whose it is, and the vertical range that it shares with the one beside it."""

    figure: Figure
    place: int
    bounds: Bounds | None


def chosen(search: str | None, entries: Sequence[Entry]) -> tuple[str, ...]:
    """The names that the query has as `run` and `with`; without any the newest."""
    query = parse_qs((search or "").lstrip("?"))
    named = [query[key][0] for key in ("run", "with") if key in query]
    usual = [entry.name for entry in entries if entry.fault is None][:1]
    return tuple(dict.fromkeys(named)) or tuple(usual)


def address(*names: str) -> str:
    """Where these one or two are shown."""
    return "/benchmarks?" + urlencode(dict(zip(("run", "with"), names, strict=False)))


def shown(settings: Settings, names: Sequence[str]) -> Shown:
    """The documents of these names, as they are now."""
    found: dict[str, Document] = {}
    faults = []
    for name in names:
        try:
            found[name] = document_of(settings, name)
        except KairoscopeError as error:
            faults.append(f"{error.message.capitalize()}. {error.hint}")
    return Shown(tuple(found), tuple(found.values()), tuple(faults))


def state(entries: Sequence[Entry], names: Sequence[str]) -> dict[str, Any]:
    """When which document was written: equal while nothing has changed, `chosen` while none of
    these names has."""
    listed = [[entry.name, entry.changed_at.isoformat()] for entry in entries]
    return {"listed": listed, "chosen": [row for row in listed if row[0] in names]}


def graphs(pairs: Sequence[Pair]) -> dict[str, Drawn]:
    """All figures by a key that stays theirs while documents grow."""
    found = {}
    for pair in pairs:
        for number, beside in enumerate(pair.figures):
            lines = [figure for _, figure in beside if figure.kind != "matrix"]
            bounds = bounds_of(lines) if lines else None
            for place, figure in beside:
                found[key_of(pair, number, place)] = Drawn(figure, place, bounds)
    return found


def key_of(pair: Pair, number: int, place: int) -> str:
    """The key of a section's figure, counted from 0."""
    return f"{pair.about.name} {number} {place}"


def anchor(place: int, key: str) -> str:
    """The id of a run's entry: two reproductions may share a key and not the machine."""
    return f"run-{LETTERS[place].lower()}-{key}"


def theme_of(route: Mapping[str, Any]) -> Any:
    """The theme that the browser says."""
    return "dark" if route.get("theme") == "dark" else "light"
