"""docs/reproduction*.md say what the committed runs say, and lie there only with them."""

import json

import pytest

from app.reproduction import markdown
from scripts import reproduction
from tests.reproduced import MEASURED, document


@pytest.mark.parametrize("page", reproduction.PAGES, ids=lambda page: page.name)
def test_a_page_is_the_introduction_and_the_report_of_the_committed_run(page) -> None:
    assert page.target().exists() == page.result().exists()
    if page.result().exists():
        renew = "run `python -m scripts.reproduction`"
        assert page.target().read_text(encoding="utf-8") == page.filled(), renew


def test_the_report_stands_beneath_the_introduction(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(reproduction, "ROOT", tmp_path)
    page = reproduction.PAGES[0]
    for file in (page.introduction(), page.result()):
        file.parent.mkdir(parents=True)
    page.introduction().write_text("# By hand\n")
    reproduction.main()
    assert not page.target().exists()
    page.result().write_text(json.dumps(document().to_json()))
    reproduction.main()
    introduction, _, rest = page.target().read_text().partition(reproduction.BEGIN)
    assert introduction == "# By hand\n\n"
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
