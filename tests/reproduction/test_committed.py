"""Committed reproductions against the records of their runs, where these lie beside them."""

import json
import shlex
import tarfile
from dataclasses import replace
from pathlib import Path

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
    summaries = _annotations(committed, tmp_path, monkeypatch)
    preset = PRESETS[committed.preset]
    request = Request(committed.dataset, preset, tmp_path, only=tuple(only), summaries=summaries)
    found = prepared(request, registry())
    precisions = {run["provenance"]["precision"] for run in committed.runs.values()}
    found = replace(found, everything=replace(found.everything, precision=precisions.pop()))
    assert not precisions, "one plan has one"
    again = Document.from_json(json.loads(json.dumps(found.document().to_json())))
    assert sum(not section.missing for section in committed.sections) > 3
    assert again.sections == committed.sections
    assert again.claims == committed.claims
    assert again.runs == committed.runs
    renew(found.everything)  # no network was kept: all that pending tasks want are trained again
    pending = found.everything.pending()
    assert {need for task in pending for need in task.needs.values() if not file_of(need)} <= {
        task.name for task in pending
    }


def _annotations(committed: Document, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path | None:
    """A folder that stands for the users' summaries that were measured, which are not ours."""
    contents = [
        run["options"]["content"]
        for run in committed.runs.values()
        if run["protocol"] == "summaries"
    ]
    for content in contents:
        monkeypatch.setattr("model.datasets.vsumm.content", lambda root, content=content: content)
        monkeypatch.setattr("model.datasets.vsumm.read", lambda root: None)
    return folder if contents else None
