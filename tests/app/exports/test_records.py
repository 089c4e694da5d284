"""Records and curves read back to the same values, as JSON and as formula-safe CSV."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from app.exports.lists.checkpoints import CHECKPOINTS, read_curves, write_curves
from app.exports.lists.library import LIBRARY, LibraryVideo
from app.exports.lists.records import Records
from app.exports.source import InvalidExport
from app.exports.tables import RISKY
from app.pages.cases.figures import CASE, CaseVideo
from worker.models import Model

NOON = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
PLAIN = LibraryVideo(
    id="v1", name="jump.mp4", tags=("LongJump", "mine"), gallery=True, state="done", run="j1",
    methods=("rtsae", "sms"), keyframes=4, attention="mine", error=None, run_at=NOON,
    added_at=NOON - timedelta(days=3), opened_at=NOON, duration_s=0.1 + 0.2, frames=12, width=64,
    height=48, bytes=2**40, codec="h264", container="MP4/MOV", sha256="0" * 64,
)  # fmt: skip
BARE = replace(
    PLAIN, tags=(), gallery=False, state="none", run=None, methods=(), keyframes=None,
    attention=None, run_at=None, opened_at=None, duration_s=None, frames=None,
)  # fmt: skip
HOSTILE = [
    replace(PLAIN, name=f"{start}cmd|' /C calc'!A0", tags=(f"{start}1",), error=f'{start}"a",\nb')
    for start in (*RISKY, "")
]
VIDEOS = [PLAIN, BARE, *HOSTILE]
CASES = [
    CaseVideo("LongJump", "v1", "=1+1.mp4", True, 3, 120, 2, 0, 5, 40, "LongJump", 1 / 3,
              {"S-Net": "跳", "T-Net": "-"}, {"S-Net": 0.25, "T-Net": 2 / 3}, 0.733),
    CaseVideo("LongJump", "v2", "b.mp4", False, 0, 12, None, None, 1, 1),
]  # fmt: skip
MODELS = [
    Model("=mine", "attention", "0" * 64, 7, {"size": 112}, {"price": -1.5}, {"about": '=1,"\n'},
          "", {"a": [1, None, {"b": True}]}, {"sigma": 2.98}, True, True, None),
    Model("torn", "", "", 0, {}, {}, {}, fault="torn is damaged, see above."),
]  # fmt: skip
NAN = float("nan")
CURVES = {
    "iteration": np.array([1.0, 2.0, 3.0]),
    "=loss": np.array([-0.1, 1 / 3, 1e-300]),
    "validation/loss": np.array([NAN, 0.5, NAN]),
}
ALL: list[tuple[Records[Any], list[Any]]] = [
    (LIBRARY, VIDEOS), (CASE, CASES), (CHECKPOINTS, MODELS),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "records"), ALL, ids=lambda value: getattr(value, "schema", ""))
def test_records_read_back_from_both_forms(kind: Records[Any], records: list[Any]) -> None:
    assert kind.read_csv(kind.write_csv(records)) == records
    assert kind.read_json(kind.write_json(records)) == records
    assert json.loads(kind.write_json([]))["schema"] == kind.schema
    assert kind.read_csv(kind.write_csv([])) == kind.read_json(kind.write_json([])) == []


@pytest.mark.parametrize(("kind", "records"), ALL, ids=lambda value: getattr(value, "schema", ""))
def test_no_cell_of_text_begins_as_a_formula_does(kind: Records[Any], records: list[Any]) -> None:
    for row in list(csv.reader(io.StringIO(kind.write_csv(records), newline=""))):
        for cell in row:
            assert not cell.startswith(RISKY) or cell.startswith("'")


def test_curves_read_back_with_their_gaps_and_without_formulas() -> None:
    text = write_curves(CURVES)
    assert text.splitlines()[0] == "iteration,'=loss,validation/loss"
    found = read_curves(text)
    assert list(found) == list(CURVES)
    for name, value_N in CURVES.items():
        np.testing.assert_array_equal(found[name], value_N)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": "kairoscope/case@1"}', "id\n1\n"])
def test_what_is_none_of_ours_is_refused(text: str) -> None:
    for read in (LIBRARY.read_csv, LIBRARY.read_json):
        with pytest.raises(InvalidExport):
            read(text)


def test_a_torn_table_is_refused() -> None:
    with pytest.raises(InvalidExport):
        LIBRARY.read_csv(LIBRARY.write_csv(VIDEOS)[:-80])
    for text in (write_curves(CURVES)[:-9], ""):
        with pytest.raises(InvalidExport):
            read_curves(text)
