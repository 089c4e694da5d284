"""Reproductions over REST: documents, tables and reports, and nothing else of the disk."""

import csv
import io

import pytest

from app.reproduction import html, kept
from app.reproduction.values import json_of
from model.reproduction.document import Document
from tests.reproduced import MEASURED, RISKY, TIMED, document

API = "/api/v1/reproductions"


@pytest.fixture(scope="module")
def made(site):
    """A site with one reproduction, and a secret beside the folder of reproductions."""
    folder = site.settings.data_dir / "reproductions" / "athletics quick"
    folder.mkdir(parents=True)
    (folder / "document.json").write_text(json_of(document()))
    (site.settings.data_dir / "document.json").write_text(json_of(document()))
    return site


def test_the_list_says_what_there_is(made):
    mine = [entry for entry in made.http.get(API).json() if not entry["shipped"]]
    assert [entry["name"] for entry in mine] == ["athletics quick"]
    assert (mine[0]["dataset"], mine[0]["preset"], mine[0]["runs"]) == ("athletics", "quick", 3)
    assert mine[0]["fault"] is None


def test_the_document_comes_back_as_it_was(made):
    response = made.http.get(f"{API}/athletics quick")
    assert Document.from_json(response.json()) == document()
    assert response.headers["content-disposition"] == 'attachment; filename="athletics_quick.json"'


def test_a_table_has_the_values_of_the_document(made):
    response = made.http.get(f"{API}/athletics quick/tables/recognition/1.csv")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(response.text)))
    [table] = document().sections[0].tables
    assert [float(row["top-1"]) for row in rows] == [row.cells[0].value for row in table.rows]
    assert [row["top-1, low"] for row in rows] == ["0.7212", "0.66", "0.66", ""]
    assert rows[0]["runs"] == f"{MEASURED} {TIMED}"
    assert rows[2]["name"] == "'" + RISKY


def test_the_report_is_that_of_the_document(made):
    response = made.http.get(f"{API}/athletics quick/report.html")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert html.read(response.text) == document()


@pytest.mark.parametrize(
    "path",
    [
        "/none",
        "/none/report.html",
        "/athletics quick/tables/none/1.csv",
        "/athletics quick/tables/recognition/0.csv",
        "/athletics quick/tables/recognition/2.csv",
        "/%2e%2e",
        "/%2e%2e%2fdocument.json",
        "/..%2f..%2fetc/report.html",
    ],
)
def test_what_is_not_there_is_not_found(made, path):
    response = made.http.get(API + path)
    assert response.status_code == 404
    assert response.json()["type"] == "urn:kairoscope:problem:not-found"


def test_one_that_cannot_be_read_says_why(made):
    folder = made.settings.data_dir / "reproductions" / "bad"
    folder.mkdir()
    (folder / "document.json").write_text("{")
    response = made.http.get(f"{API}/bad")
    assert response.status_code == 500
    assert response.json()["type"] == "urn:kairoscope:problem:unreadable-reproduction"
    faults = {entry["name"]: entry["fault"] for entry in made.http.get(API).json()}
    assert "bad/document.json cannot be read" in faults["bad"]


def test_what_ships_is_read_from_the_repository(made, tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "RESULTS", tmp_path)
    (tmp_path / "reproduction-hmdb51-full.json").write_text(json_of(document()))
    shipped = [entry for entry in made.http.get(API).json() if entry["shipped"]]
    assert [entry["name"] for entry in shipped] == ["shipped-hmdb51-full"]
    assert made.http.get(f"{API}/shipped-hmdb51-full").status_code == 200
