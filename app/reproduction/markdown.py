"""The report in Markdown: tables, figures as tables of their values, and every run."""

from collections.abc import Iterable, Iterator, Sequence

from app.reproduction import facts, numbers
from app.reproduction.values import table_of
from model.reproduction.document import Cell, Document, Figure, Row, Section, Table


def write(document: Document, top: int = 1) -> str:
    """The report; its title is a heading of the level `top`."""
    level = "#" * top
    parts = [
        f"{level} Reproduction on {_text(document.dataset)}, preset {_text(document.preset)}",
        _facts(facts.of_document(document)),
        *(f"> {_text(notice)}" for notice in facts.notices_of(document)),
        f"{level}# Claims of the paper",
        _claims(document),
        *(part for section in document.sections for part in _section(section, level)),
        f"{level}# Runs",
        "Where each number comes from: the number's link leads here; numbered links after it lead "
        "to further runs.",
        *(part for key in document.runs for part in _run(document, key, level)),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _section(section: Section, level: str) -> Iterator[str]:
    yield f"{level}# {_text(section.title)}"
    yield f"In the paper: {_text(section.paper)}."
    if section.missing:
        yield f"**Not measured:** {_text(section.missing)}"
    for notice in section.notices:
        yield f"> {_text(notice)}"
    for table in section.tables:
        yield f"{level}## {_text(table.title)}"
        yield _table(table)
    for figure in section.figures:
        yield f"{level}## {_text(figure.title)}"
        yield _figure(figure)


def _figure(figure: Figure) -> str:
    about = f"{_text(figure.y)}{f' over {_text(figure.x)}' if figure.x else ''}, {figure.kind}."
    table = table_of(figure)
    if table is None:
        return f"{about} Its values, too many for a table, are in the document's JSON."
    return f"{about}\n\n{_table(table, sourced=figure.kind == 'matrix')}"


def _table(table: Table, sourced: bool = True) -> str:
    """A line a row; `sourced`, with a column that says whose it is."""
    noted = any(row.note for row in table.rows)
    head = ["", *(["source"] if sourced else []), *map(_text, table.columns)]
    return _lines(head + ["note"] * noted, (_row(row, sourced, noted) for row in table.rows))


def _row(row: Row, sourced: bool, noted: bool) -> list[str]:
    cells = [_text(row.name), *([row.source] if sourced else []), *map(_cell, row.cells)]
    return cells + [_text(row.note)] * noted


def _cell(cell: Cell) -> str:
    """A number leads to its first run; links to further ones follow it."""
    said = numbers.cell(cell)
    if not cell.runs or cell.value is None:
        return _text(said)
    more = (f"[{place}]" for place in range(2, len(cell.runs) + 1))
    return " ".join(map(_link, cell.runs, (said, *more)))


def _claims(document: Document) -> str:
    if not document.claims:
        return "None was tested."
    rows = (
        [
            _text(c.text),
            _text(c.paper),
            f"**{c.verdict}**",
            _text(c.figure),
            _links(document, c.runs),
        ]
        for c in document.claims
    )
    return _lines(["claim", "in the paper", "here", "measured", "runs"], rows)


def _run(document: Document, key: str, level: str) -> Iterator[str]:
    yield f'{level}## <a id="run-{key}"></a>Run {key}'
    yield _facts(facts.of_run(document, key))


def _facts(rows: Iterable[facts.Fact]) -> str:
    linked = ((row.name, _link(row.run, row.said) if row.run else _text(row.said))
              for row in rows)  # fmt: skip
    return "\n".join(f"- {_text(name)}: {said}" for name, said in linked)


def _links(document: Document, keys: Iterable[str]) -> str:
    return ", ".join(_link(key, facts.task_of(document, key)) for key in keys)


def _link(key: str, said: str) -> str:
    return f"[{_text(said)}](#run-{key})"


def _lines(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    table = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in table)


def _text(said: str) -> str:
    """Text that Markdown shows as it is."""
    for mark in ("\\", "|", "*", "_", "`", "[", "]"):
        said = said.replace(mark, f"\\{mark}")
    return " ".join(said.replace("&", "&amp;").replace("<", "&lt;").split())
