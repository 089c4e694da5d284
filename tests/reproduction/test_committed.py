"""Committed reproductions against the records of their runs, where these lie beside them."""

import json
import shlex
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from model.reproduction.attempt import renew
from model.reproduction.document import Document
from model.reproduction.experiment import PRESETS, registry
from model.reproduction.prepare import Request, prepared
from model.reproduction.task import file_of

RESULTS = Path(__file__).resolve().parents[2] / "docs" / "results"
FULL = RESULTS / "reproduction-athletics-full-runs.tar.xz"
ARCHIVES = {FULL, *RESULTS.glob("*-runs.tar.xz")}


@pytest.mark.slow
@pytest.mark.parametrize("archive", sorted(ARCHIVES), ids=lambda path: path.name)
def test_a_document_is_what_its_runs_say(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables, figures and verdicts are made of the records anew, on any machine."""
    path = archive.with_name(archive.name.replace("-runs.tar.xz", ".json"))
    committed = Document.from_json(json.loads(path.read_text(encoding="utf-8")))
    with tarfile.open(archive) as runs:
        runs.extractall(tmp_path, filter="data")
    command = shlex.split(committed.provenance["command"])
    only = command[command.index("--only") + 1].split(",") if "--only" in command else []
    given = "--summaries" in command
    summaries = _annotations(committed, tmp_path, monkeypatch) if given else None
    preset = PRESETS[committed.preset]
    request = Request(committed.dataset, preset, tmp_path, only=tuple(only), summaries=summaries)
    found = prepared(request, registry())
    again = found.document()
    assert sum(not section.missing for section in committed.sections) > 3
    (said, numbers), (said_again, numbers_again) = map(parts, (committed, again))
    assert said_again == said
    assert numbers_again == pytest.approx(numbers, rel=1e-9, abs=1e-12)
    renew(found.everything)  # no network was kept: all that pending tasks want are trained again
    pending = found.everything.pending()
    assert {need for task in pending for need in task.needs.values() if not file_of(need)} <= {
        task.name for task in pending
    }


def parts(document: Document) -> tuple[dict[str, Any], dict[str, float]]:
    """What it says and what it measured, by place: processors differ in the last digits."""
    form = json.loads(json.dumps(document.to_json()))
    del form["provenance"]
    found = dict(leaves(form, ""))
    numbers = {place: leaf for place, leaf in found.items() if isinstance(leaf, float)}
    return {place: found[place] for place in found.keys() - numbers.keys()}, numbers


def leaves(value: object, place: str) -> Iterator[tuple[str, Any]]:
    """Everything in a JSON value that holds nothing else; empty lists and objects, too."""
    if isinstance(value, dict | list) and value:
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for name, entry in items:
            yield from leaves(entry, f"{place}/{name}")
    else:
        yield place, value


def _annotations(committed: Document, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for the users' summaries that were given, which are not ours."""
    measured = [run for run in committed.runs.values() if run["protocol"] == "summaries"]
    content = measured[0]["options"]["content"] if measured else "not measured"
    monkeypatch.setattr("model.datasets.vsumm.content", lambda root: content)
    monkeypatch.setattr("model.datasets.vsumm.read", lambda root: None)
    return folder
