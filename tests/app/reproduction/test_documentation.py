"""docs/reproduction.md says what the committed run says, and lies there only with one."""

import json

import pytest

from app.reproduction import markdown
from model.reproduction.document import Document
from scripts import reproduction
from tests.reproduced import MEASURED, document


def test_the_page_is_the_introduction_and_the_report_of_the_committed_run() -> None:
    assert reproduction.TARGET.exists() == reproduction.RESULT.exists()
    if reproduction.RESULT.exists():
        committed = Document.from_json(json.loads(reproduction.RESULT.read_text(encoding="utf-8")))
        wanted = reproduction.filled(
            reproduction.INTRODUCTION.read_text(encoding="utf-8"), committed
        )
        renew = "run `python -m scripts.reproduction`"
        assert reproduction.TARGET.read_text(encoding="utf-8") == wanted, renew


def test_the_report_stands_beneath_the_introduction(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(reproduction, "RESULT", tmp_path / "result.json")
    monkeypatch.setattr(reproduction, "TARGET", tmp_path / "page.md")
    monkeypatch.setattr(reproduction, "ROOT", tmp_path)
    assert reproduction.main() == 1
    assert "There is no result.json." in capsys.readouterr().err
    assert not reproduction.TARGET.exists()
    reproduction.RESULT.write_text(json.dumps(document().to_json()))
    assert reproduction.main() == 0
    page = reproduction.TARGET.read_text()
    introduction, _, rest = page.partition(reproduction.BEGIN)
    assert introduction.startswith("# The paper's evaluation, measured again")
    assert rest.partition(reproduction.END)[0].strip() == markdown.write(document(), 3).strip()


@pytest.mark.parametrize("top", [1, 3])
def test_headings_go_down_from_the_top_and_no_link_leads_nowhere(top: int) -> None:
    said = markdown.write(document(), top)
    levels = [len(line.split()[0]) for line in said.splitlines() if line.startswith("#")]
    assert (levels[0], min(levels), max(levels)) == (top, top, top + 2)
    assert f'<a id="run-{MEASURED}"></a>' in said
    links = {part.partition(")")[0] for part in said.split("](#")[1:]}
    anchors = {part.partition('"')[0] for part in said.split('<a id="')[1:]}
    assert links <= anchors
