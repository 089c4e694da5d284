"""docs/exports.md lists every format, and its examples read what the formats write."""

import re
from pathlib import Path
from typing import Any

import pytest

from app.exports import FORMATS, file_name
from app.exports.lists.checkpoints import CHECKPOINTS, write_curves
from app.exports.lists.library import LIBRARY
from app.exports.source import Source
from app.pages.cases.figures import CASE
from model.types import Analysis
from tests.app.exports.conftest import ANALYSES, stills
from tests.app.exports.test_records import CASES, CURVES, MODELS, VIDEOS
from tests.documents import ROOT, run_examples

ROW = re.compile(r"^\| `([a-z-]+)` \| `([^`]+)` \| (.+) \|$", re.MULTILINE)
TEXT = (ROOT / "docs/exports.md").read_text(encoding="utf-8")


def test_every_format_is_listed_as_it_is() -> None:
    listed = ROW.findall(TEXT)
    assert listed == [
        (wanted.name, file_name("jump.mp4", wanted, "sms"), wanted.help)
        for wanted in FORMATS.values()
    ]
    headings = [name for line in re.findall("^## (.*)$", TEXT, re.M) for name in line.split(", ")]
    assert headings[: len(FORMATS)] == list(FORMATS)


def write_lists(folder: Path) -> dict[str, list[Any]]:
    """The files of the pages' lists; what is in them."""
    files = {
        "library.csv": LIBRARY.write_csv(VIDEOS),
        "library.json": LIBRARY.write_json(VIDEOS),
        "case-run-up.csv": CASE.write_csv(CASES),
        "models.csv": CHECKPOINTS.write_csv(MODELS),
        "compact.curves.csv": write_curves(CURVES),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content.encode())
    return {"videos": VIDEOS, "jumps": CASES, "checkpoints": MODELS}


def test_the_examples_read_what_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Source(ANALYSES["uneven"], "jump.mp4", stills)
    for wanted in FORMATS.values():
        content = b"".join(wanted.content(source, "sms"))
        (tmp_path / file_name("jump.mp4", wanted, "sms")).write_bytes(content)
    lists = write_lists(tmp_path)
    monkeypatch.chdir(tmp_path)
    names = run_examples("exports.md")
    analysis, sms = names["analysis"], ANALYSES["uneven"].methods["sms"]
    assert isinstance(analysis, Analysis)
    assert analysis.to_json() == ANALYSES["uneven"].to_json() == names["same"].to_json()
    assert list(names["keyframes"]) == ["sms", "rtsae"]
    assert names["steps"].phi_S.tolist() == analysis.steps.phi_S.tolist()
    assert names["curves"].keys() == sms.curves.keys()
    assert names["index_K"].tolist() == sms.index_K.tolist()
    for name in ("chapters", "events"):
        assert names[name].to_json()["keyframes"] == sms.to_json()["keyframes"]
    assert sorted(names["pictures"]) == sorted(names["jpegs"])
    assert names["videos"] == names["same_videos"] == lists["videos"]
    assert (names["jumps"], names["checkpoints"]) == (lists["jumps"], lists["checkpoints"])
    assert names["training"].keys() == CURVES.keys()


def test_the_printed_lines_are_those_that_are_written() -> None:
    source = Source(ANALYSES["uneven"], "jump.mp4", stills)
    written = "\n".join(
        b"".join(FORMATS[name].content(source, "sms")).decode().replace("\r\n", "\n")
        for name in ("csv", "vtt", "edl")
    )
    for block in re.findall(r"^```text\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            assert line in written.splitlines()
