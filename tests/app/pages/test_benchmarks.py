"""What the page of reproductions says, alone and side by side."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from dash import no_update
from dash.development.base_component import Component

from app.pages.benchmarks import ids
from app.pages.benchmarks.callbacks import refreshed
from app.pages.benchmarks.layout import live
from app.pages.benchmarks.view import anchor, chosen, graphs, shown, state
from app.pages.shell import page_of
from app.reproduction import kept
from app.reproduction.kept import COMMAND, entries
from app.reproduction.values import json_of
from model.reproduction.document import Document
from tests.app.pages.conftest import Shelf
from tests.app.pages.words import words
from tests.reproduced import MEASURED, TIMED, TRAINED, document
from worker.settings import Settings

ROUTE = {"pathname": "/benchmarks", "search": "", "theme": "light", "gutter": 176}


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Of an empty data directory, with nothing that ships."""
    monkeypatch.setattr(kept, "RESULTS", tmp_path / "results")
    return Settings(data_dir=tmp_path / "data")


def keep(settings: Settings, name: str, made: Document) -> Path:
    path = settings.data_dir / "reproductions" / name / "document.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json_of(made))
    return path


def page(settings: Settings, search: str = "") -> list[Any]:
    opened: list[Any] = page_of(Shelf(settings=settings), {**ROUTE, "search": search})
    return opened


def every(part: Any, kind: str) -> list[Component]:
    """All components of this type, or of any without one, in order."""
    if isinstance(part, list | tuple):
        return [found for one in part for found in every(one, kind)]
    if not isinstance(part, Component):
        return []
    own = [part] if not kind or type(part).__name__ == kind else []
    return own + every(getattr(part, "children", None), kind)


def links(part: Any) -> list[tuple[str, dict[str, Any]]]:
    """Text and attributes of the links to runs in what the page's script builds, in order."""
    trees = [json.loads(tree) for tree in map(tree_of, every(part, "")) if tree]
    return [found for content in trees for tree in content for found in _links(tree)]


def tree_of(part: Component) -> str | None:
    tree: str | None = getattr(part, "data-tree", None)
    return tree


def _links(tree: Any) -> list[tuple[str, dict[str, Any]]]:
    if isinstance(tree, str):
        return []
    tag, about, *children = tree
    own = [("".join(children), about)] if tag == "a" and "data-run" in about else []
    return own + [found for child in children for found in _links(child)]


def test_an_empty_page_says_the_command(settings: Settings) -> None:
    said = words(page(settings))
    assert "No reproduction yet." in said
    assert COMMAND in said


def test_one_reproduction_has_its_tables_figures_claims_and_runs(settings: Settings) -> None:
    keep(settings, "athletics-quick", document())
    opened = page(settings)
    said = words(opened)
    for part in (
        "athletics, preset quick",
        "No backbone: VGG-16 starts from chance.",
        "RTSAE-DSCNN ours 75.1 % (72.1 to 77.1) 25.3 % 12 own gate",
        "RTSAE-DSCNN paper 91.8 %",
        "confirmed 75.1 % against 69.8 %, difference 5.3 (3.0 to 7.7).",
        "Not measured: Needs the OVP videos.",
        "2 cores, x86_64, Linux, Python 3.11.7, on cpu",
    ):
        assert part in said
    assert len(every(opened, "Graph")) == 3


def test_each_number_leads_to_runs_that_are_there(settings: Settings) -> None:
    keep(settings, "athletics-quick", document())
    opened = page(settings)
    runs = {run.id for run in every(opened, "Details") if getattr(run, "id", None)}
    found = links(opened)
    assert {id for _, about in found for id in about["data-run"].split(",")} == runs
    [number] = [about for said, about in found if said == "25.3 %"]
    assert number["href"] == f"#{anchor(0, MEASURED)}"
    [number] = [about for said, about in found if said == "12"]
    assert number["data-run"] == f"{anchor(0, MEASURED)},{anchor(0, TIMED)}"
    assert number["title"] == "of 2 runs"
    assert f"train-joint-s1-r0 ({TRAINED})" in words(opened)


def test_two_stand_side_by_side_and_the_papers_rows_once(settings: Settings) -> None:
    keep(settings, "a", document())
    keep(settings, "b", document(0.8031, "full"))
    opened = page(settings, "?run=a&with=b")
    said = words(opened)
    ours = "RTSAE-DSCNN A 75.1 % (72.1 to 77.1) 25.3 % 12 own gate "
    assert ours + "RTSAE-DSCNN B 80.3 % (77.3 to 82.3) 25.3 % 12 own gate" in said
    assert said.count("RTSAE-DSCNN paper 91.8 %") == 1
    assert len(every(opened, "Graph")) == 6
    tables = [link.href for link in every(opened, "A") if str(link.href).endswith(".csv")]
    assert "/api/v1/reproductions/a/tables/recognition/1.csv" in tables
    assert "/api/v1/reproductions/b/tables/recognition/1.csv" in tables
    run_ids = [run.id for run in every(opened, "Details") if getattr(run, "id", None)]
    assert len(run_ids) == len(set(run_ids)) == 6


def test_what_only_one_has_stands_alone(settings: Settings) -> None:
    both, first = document(), replace(document(), sections=document().sections[:1], claims=())
    keep(settings, "a", first)
    keep(settings, "b", both)
    now = shown(settings, ["a", "b"])
    assert [pair.about.name for pair in now.pairs] == ["recognition", "speed", "summaries"]
    [speed] = now.pairs[1].tables
    assert speed.origins == ((1, 1),)
    assert [line.place for line in speed.lines] == [1]


def test_figures_beside_each_other_share_their_vertical_axis(settings: Settings) -> None:
    keep(settings, "a", document())
    made = document()
    length = made.sections[0].figures[0]
    low = replace(length, series=(replace(length.series[1], y=(0.1, 0.2, 0.3)),))
    keep(settings, "b", replace(made, sections=(replace(made.sections[0], figures=(low,)),)))
    drawn = graphs(shown(settings, ["a", "b"]).pairs)
    first, second = drawn["recognition 0 0"], drawn["recognition 0 1"]
    assert first.bounds == second.bounds
    assert first.bounds is not None
    assert first.bounds[0] <= 0.1 < 0.93 <= first.bounds[1]


def test_the_newest_is_shown_unless_the_address_names_one(settings: Settings) -> None:
    keep(settings, "a", document())
    found = entries(settings)
    assert chosen("", found) == ("a",)
    assert chosen("?run=x&with=y", found) == ("x", "y")
    assert chosen("?run=x&with=x", found) == ("x",)
    assert "No reproduction 'x'." in words(page(settings, "?run=x"))


def test_one_that_runs_says_how_far_it_is_and_is_shown_anew(settings: Settings) -> None:
    made = document()
    tasks = {"done": 3, "running": 1, "waiting": 5}
    path = keep(settings, "a", replace(made, provenance={"tasks": tasks}, sections=()))
    before = state(entries(settings), ["a"])
    assert state(entries(settings), ["a"]) == before == json.loads(json.dumps(before))
    said = words(page(settings))
    assert "3 of 9 tasks are done: the rest comes here as it ends." in said
    assert "Accuracy" not in said
    path.write_text(json_of(made))
    found = entries(settings)
    assert state(found, ["a"]) != before
    assert "Accuracy" in words(live(settings, found, ["a"], "dark").sections)


def test_another_one_that_runs_says_anew_how_far_it_is_and_leaves_the_sections(
    settings: Settings,
) -> None:
    keep(settings, "a", document())
    other = keep(settings, "b", replace(document(), provenance={"tasks": {"done": 3, "ready": 2}}))
    before = state(entries(settings), ["a"])
    assert refreshed(settings, ["a"], "light", before) == (no_update,) * 5
    other.write_text(json_of(replace(document(), provenance={"tasks": {"done": 4, "ready": 1}})))
    heads, *rest, now = refreshed(settings, ["a"], "light", before)
    assert "4 of 5 tasks done" in words(heads)
    assert rest == [no_update] * 3
    assert now["chosen"] == before["chosen"]
    assert now["listed"] != before["listed"]
    _, options, hidden, sections, _ = refreshed(settings, ["b"], "light", before)
    assert (len(options), hidden) == (6, False)
    assert "Accuracy" in words(sections)


def test_one_that_cannot_be_read_is_named_and_costs_no_other(settings: Settings) -> None:
    keep(settings, "good", document())
    keep(settings, "bad", document()).write_text('{"schema": "other"}')
    said = words(page(settings))
    assert "bad/document.json cannot be read: wanted kairoscope/reproduction@1" in said
    assert "75.1 %" in said


def test_what_ships_is_marked(settings: Settings) -> None:
    kept.RESULTS.mkdir()
    (kept.RESULTS / "reproduction-athletics-quick.json").write_text(json_of(document()))
    [entry] = entries(settings)
    assert (entry.name, entry.shipped) == ("shipped-athletics-quick", True)
    said = words(page(settings))
    assert "shipped-athletics-quick shipped result" in said
    keep(settings, "mine", document())
    assert [found.name for found in entries(settings)] == ["mine", "shipped-athletics-quick"]


def test_what_ships_unfinished_promises_no_more(settings: Settings) -> None:
    kept.RESULTS.mkdir()
    tasks = {"tasks": {"done": 3, "ready": 1}}
    path = kept.RESULTS / "reproduction-athletics-quick.json"
    path.write_text(json_of(replace(document(), provenance=tasks)))
    assert "3 of 4 tasks are done: the others have not been run." in words(page(settings))


def test_those_that_ship_are_in_the_order_of_their_writing_not_of_the_clone(
    settings: Settings,
) -> None:
    kept.RESULTS.mkdir()
    for changed, (name, day) in enumerate({"quick": "03", "full": "01", "tiny": "02"}.items()):
        path = kept.RESULTS / f"reproduction-{name}.json"
        written = {"written": f"2026-11-{day}T10:00:00+00:00"}
        path.write_text(json_of(replace(document(), provenance=written)))
        os.utime(path, (changed, changed))
    found = entries(settings)
    assert [entry.name.removeprefix("shipped-") for entry in found] == ["quick", "tiny", "full"]
    assert "2026-11-03 10:00 UTC" in words(page(settings))


def test_the_filter_offers_every_section(settings: Settings) -> None:
    keep(settings, "a", document())
    [select] = [s for s in every(page(settings), "Select") if s.id == ids.SECTION]
    names = [option.value for option in select.children]
    assert names == ["", "claims", "recognition", "speed", "summaries", "runs"]
