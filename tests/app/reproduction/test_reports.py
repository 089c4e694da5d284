"""The reports of a made reproduction: every number in both, and each leads to its runs."""

import json
import re
from pathlib import Path

import pytest

from app.reproduction import html, markdown, numbers, write_reports
from app.reproduction.values import MOST_COLUMNS, csv_of, json_of, table_of
from model.errors import InvalidValue
from model.reproduction.document import Cell, Document, Figure, Row, Section, Series, Table
from tests.app.exports.test_report import Document as Parsed
from tests.reproduced import MEASURED, RISKY, TIMED, TRAINED, document


def cells(made: Document) -> list[Cell]:
    """Every cell of a document, those of its figures included."""
    tables = [table for section in made.sections for table in section.tables]
    drawn = [table_of(figure) for section in made.sections for figure in section.figures]
    return [c for t in [*tables, *filter(None, drawn)] for row in t.rows for c in row.cells]


def grid(line: str) -> list[str]:
    """The cells of a line of a Markdown table, without links and escapes."""
    parts = re.split(r"(?<!\\)\|", line)[1:-1]
    bare = (re.sub(r"^\[(.*?)\]\(#.*\)$", r"\1", part.strip()) for part in parts)
    return [re.sub(r"\\(.)", r"\1", part) for part in bare]


def test_both_reports_are_written_and_the_document_is_in_the_page(tmp_path: Path) -> None:
    page, text = write_reports(document(), tmp_path)
    assert (page, text) == (tmp_path / "report.html", tmp_path / "report.md")
    assert html.read(page.read_text()) == document()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "report.md"]


def test_a_page_of_something_else_is_refused() -> None:
    with pytest.raises(InvalidValue, match="holds no document"):
        html.read("<html></html>")


def test_every_number_is_in_both_reports() -> None:
    made = document()
    page, text = Parsed(html.write(made)), markdown.write(made)
    rows = [grid(line) for line in text.splitlines() if line.startswith("|")]
    written = [cell for row in rows for cell in row]
    for cell in cells(made):
        assert numbers.cell(cell) in page.text
        assert numbers.cell(cell) in written


def test_the_table_of_markdown_gives_the_values_back() -> None:
    [table] = document().sections[0].tables
    lines = markdown.write(document()).partition("### Accuracy\n\n")[2].splitlines()
    head, rows = grid(lines[0]), [grid(line) for line in lines[2 : 2 + len(table.rows)]]
    assert head == ["", "source", *table.columns, "note"]
    assert [row[1] for row in rows] == ["ours", "ours", "ours", "paper"]
    assert rows[2][0] == RISKY.replace("<", "&lt;")
    for row, wanted in zip(rows, table.rows, strict=True):
        percent = float(row[2].partition(" %")[0])
        assert wanted.cells[0].value == pytest.approx(percent / 100, abs=5e-4)


def test_each_number_leads_to_its_runs_and_each_run_says_how_it_was_made() -> None:
    text = html.write(document()).decode()
    page = Parsed(text.encode())
    anchors = {about["id"] for tag, about in page.tags if tag == "article"}
    assert anchors == {f"run-{key}" for key in (TRAINED, MEASURED, TIMED)}
    links = {about["href"] for tag, about in page.tags if tag == "a"}
    assert links == {f"#{anchor}" for anchor in anchors}
    assert f'<a href="#run-{MEASURED}">12</a> <small><a href="#run-{TIMED}">[2]</a>' in text
    assert f"[12](#run-{MEASURED}) [\\[2\\]](#run-{TIMED})" in markdown.write(document())
    for said in (
        "recognition-joint-s1-r0",
        "seed 3",
        "ab" * 32,
        "0.1.0 at abcdef123456",
        "90.5 s",
        "1.25",
        "0.375",
    ):
        assert said in page.text
        assert said in markdown.write(document())


def test_what_is_missing_is_said_with_its_reason_and_every_claim_with_its_verdict() -> None:
    for said in (Parsed(html.write(document())).text, markdown.write(document())):
        assert "Needs the OVP videos." in said
        assert "One seed only." in said
        assert "not testable here" in said
        assert "5.3 (3.0 to 7.7)" in said
        assert "rendered scenes" in said


def test_the_page_asks_nobody_for_anything_and_no_text_becomes_markup() -> None:
    page = Parsed(html.write(document()))
    assert RISKY in page.text
    tags = [tag for tag, _ in page.tags]
    assert "b" not in tags
    assert set(page.data) == {"figure-1", "figure-2", "figure-3", "document"}
    [policy] = [about["content"] for tag, about in page.tags if "http-equiv" in about]
    assert str(policy).startswith("default-src 'none';")


def test_an_unfinished_document_is_written_too() -> None:
    empty = Document("ucf101", "paper", (), (), {})
    assert html.read(html.write(empty).decode()) == empty
    assert "None was tested." in markdown.write(empty)
    assert "rendered" not in markdown.write(empty)


def test_csv_holds_the_values_themselves_and_runs_no_formula() -> None:
    [table] = document().sections[0].tables
    lines = csv_of(table).splitlines()
    assert lines[0].startswith('name,source,top-1,"top-1, low","top-1, high",steps kept,')
    assert ",'-keyframes," in lines[0]
    assert lines[1].startswith(f"RTSAE-DSCNN,ours,0.7512,{0.7512 - 0.03!r},0.7712,0.25276,,,12,,,")
    assert lines[1].endswith(f"own gate,{MEASURED} {TIMED}")
    assert lines[3].startswith("'=1+1|")


def test_a_figure_is_a_table_of_its_values() -> None:
    length, _, confusion = document().sections[0].figures
    table = table_of(length)
    assert table is not None
    assert table.columns == ("rtsae", "uniform", "rtsae (paper)")
    assert [row.name for row in table.rows] == ["2", "4", "6"]
    assert table.rows[1].cells == (
        Cell(0.75, 0.7, 0.8, (MEASURED,)),
        Cell(0.7, runs=(MEASURED,)),
        Cell(None),
    )
    found = table_of(confusion)
    assert found is not None
    assert [cell.value for cell in found.rows[0].cells] == [45.0, 5.0]
    wide = tuple(f"class {i}" for i in range(MOST_COLUMNS + 1))
    matrix = Figure("C", "matrix", "x", "y", (Series("a", wide, (0.0,) * len(wide)),))
    assert table_of(matrix) is None


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (Cell(None), "–"),
        (Cell("none"), "none"),
        (Cell(float("nan"), unit="share"), "–"),
        (Cell(0.7512, unit="share"), "75.1 %"),
        (Cell(-0.012, -0.03, 0.006, unit="share"), "-1.2 % (-3.0 to 0.6)"),
        (Cell(2.065, unit="seconds"), "2.065 s"),
        (Cell(12345.6, unit="number"), "12,346"),
        (Cell(1e-7), "1e-07"),
        (Cell(6.92, unit="times"), "6.92 times"),
    ],
)
def test_numbers_as_people_read_them(cell: Cell, said: str) -> None:
    assert numbers.cell(cell) == said


@pytest.mark.parametrize(
    ("before", "cell", "series"),
    [
        ({"run": MEASURED}, (MEASURED,), ((MEASURED,), (MEASURED,))),
        ({"run": None}, (), ()),
        ({}, (), ()),
    ],
)
def test_a_document_written_when_numbers_named_one_run_is_read(before, cell, series) -> None:
    table = Table("t", ("a",), (Row("r", (Cell(1.0),)),))
    figure = Figure("f", "lines", "x", "y", (Series("s", (1, 2), (0.1, 0.5)),))
    data = Document("a", "quick", (Section("s", "S", "p", (table,), (figure,)),), (), {}).to_json()
    for part in (*data["sections"][0]["tables"][0]["rows"][0]["cells"],
                 *data["sections"][0]["figures"][0]["series"]):  # fmt: skip
        del part["runs"]
        part |= before
    found = Document.from_json(data)
    assert found.sections[0].tables[0].rows[0].cells[0].runs == cell
    assert found.sections[0].figures[0].series[0].runs == series
    assert '"run"' not in json_of(found)
    assert Document.from_json(found.to_json()) == found


def test_a_series_has_the_runs_of_every_point_or_of_none() -> None:
    with pytest.raises(InvalidValue, match="wanted 2 values, got 1"):
        Series("s", (1, 2), (0.1, 0.5), runs=((MEASURED,),))


def test_what_is_no_number_is_null_in_json() -> None:
    table = Table("t", ("a",), (Row("r", (Cell(float("inf")),)),))
    figure = Figure("f", "lines", "x", "y", (Series("s", (1, 2), (float("nan"), 0.5)),))
    made = Document("a", "quick", (Section("s", "S", "p", (table,), (figure,)),), (), {})
    text = json_of(made)
    assert "Infinity" not in text
    assert '"value": null' in text
    again = Document.from_json(json.loads(text)).sections[0]
    assert again.tables[0].rows[0].cells == (Cell(None),)
    assert again.figures[0].series[0].y == pytest.approx((float("nan"), 0.5), nan_ok=True)
