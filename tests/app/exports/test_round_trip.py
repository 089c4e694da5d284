"""Every format gives back the very values that it was written from."""

import ast
import csv
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from app import exports
from app.exports import (
    FORMATS,
    analysis_json,
    curves_csv,
    edl,
    file_name,
    keyframes_csv,
    npz,
    report,
    safe_name,
    steps_csv,
    stills_zip,
    webvtt,
)
from app.exports.source import InvalidExport, Source, chosen_method
from app.exports.tables import RISKY, read_table, write_table
from model.errors import UnknownMethod
from model.types import Keyframes
from tests.app.exports.conftest import ANALYSES, FORMULA


def content(source: Source, name: str, method: str = "") -> bytes:
    return b"".join(FORMATS[name].content(source, method))


def moments(kept: Keyframes) -> object:
    return kept.method, kept.to_json()["keyframes"]


def test_each_module_is_a_format_and_has_both_directions() -> None:
    folder = Path(exports.__file__).parent
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__", "source", "tables"}
    assert modules == {wanted.module for wanted in FORMATS.values()}
    for module in modules:
        nodes = ast.parse((folder / f"{module}.py").read_text()).body
        functions = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
        assert {"write", "read"} <= functions


def test_the_whole_analysis(source: Source) -> None:
    wanted = source.analysis.to_json()
    assert analysis_json.read(content(source, "json").decode()).to_json() == wanted
    assert npz.read(content(source, "npz")).to_json() == wanted
    assert report.read(content(source, "html").decode()).to_json() == wanted
    assert stills_zip.read(content(source, "zip"))[0].to_json() == wanted


def test_the_keyframes(source: Source) -> None:
    read = keyframes_csv.read(content(source, "csv").decode())
    methods = source.analysis.methods
    assert [moments(kept) for kept in read.values()] == [moments(m) for m in methods.values()]
    for name, kept in methods.items():
        assert moments(webvtt.read(content(source, "vtt", name).decode())) == moments(kept)
        assert moments(edl.read(content(source, "edl", name).decode())) == moments(kept)


def test_steps_and_curves(source: Source) -> None:
    steps = steps_csv.read(content(source, "steps-csv").decode())
    wanted = source.analysis.steps
    assert (steps and steps.to_json()) == (wanted and wanted.to_json())
    for name, kept in source.analysis.methods.items():
        curves = curves_csv.read(content(source, "curves-csv", name).decode())
        assert list(curves) == list(kept.curves)
        for key, curve in kept.curves.items():
            assert curves[key].to_json() == curve.to_json()


def test_npz_needs_no_pickle_and_names_its_arrays(odd: Source) -> None:
    with np.load(io.BytesIO(content(odd, "npz")), allow_pickle=False) as arrays:
        sms = odd.analysis.methods["sms"]
        np.testing.assert_array_equal(arrays["times_T"], odd.analysis.clip.times_T)
        np.testing.assert_array_equal(arrays["steps/phi_S"], odd.analysis.steps.phi_S)
        np.testing.assert_array_equal(arrays["methods/sms/index_K"], sms.index_K)
        np.testing.assert_array_equal(arrays["methods/sms/curves/d/value"], sms.curves["d"].value)
        assert json.loads(arrays["json"].tobytes())["schema"] == "kairoscope/analysis@1"


def test_a_spreadsheet_sees_text_as_text_and_numbers_as_numbers(odd: Source) -> None:
    rows = list(csv.reader(io.StringIO(content(odd, "curves-csv", "sms").decode(), newline="")))
    about = {(row[0], row[1], row[2]) for row in rows[1:]}
    assert ("d", "'" + FORMULA, "bits") in about
    assert ("'+e", "''quoted', <b>größe</b>\n跳", "'-") in about
    assert not any(cell.startswith(RISKY[:-1]) for row in rows for cell in row[:3])
    scores = [row[3] for row in csv.reader(content(odd, "csv").decode().splitlines())][1:]
    assert scores[0] == "-1.0"
    assert [float(score) for score in scores[:3]] == odd.analysis.methods["sms"].score_K.tolist()


@pytest.mark.parametrize(
    "text", ["", "'", "''", "'=1", "=1", "-", "\t", "\r\n=1", "＝1", 'a"b,c\n']
)
def test_any_text_survives_a_table(text: str) -> None:
    written = write_table(("a", "b"), [(text, -1.5)])
    assert read_table(written, ("a", "b")) == [[text, "-1.5"]]
    assert read_table("\ufeff" + written, ("a", "b")) == [[text, "-1.5"]]


def test_zip_holds_each_keyframe_under_its_time(odd: Source) -> None:
    file = zipfile.ZipFile(io.BytesIO(content(odd, "zip")))
    assert file.testzip() is None
    names = [name for name in file.namelist() if name.startswith("sms/")]
    times_K = odd.analysis.methods["sms"].time_K
    assert sorted(names) == [
        f"sms/{rank:03d}_frame{index:06d}_{times_K[rank - 1]:09.3f}s.jpg"
        for rank, index in enumerate([0, 7, 59], start=1)
    ]
    assert file.read(names[0]) == b"JPEG of frame 0, None"
    assert content(odd, "zip") == content(odd, "zip")  # no clock in it
    assert stills_zip.read(content(odd, "zip"))[1] == {
        name: file.read(name) for name in file.namelist() if name != "analysis.json"
    }


def test_zip_goes_out_a_frame_at_a_time(odd: Source) -> None:
    asked: list[int] = []

    def watched(indices: object, *, longest: int | None = None) -> object:
        for index, jpeg in odd.stills(indices, longest=longest):
            asked.append(index)
            yield index, jpeg

    parts = FORMATS["zip"].content(Source(odd.analysis, "x", watched), "")
    assert next(parts).startswith(b"PK")
    assert asked == [0]


@pytest.mark.parametrize(
    ("read", "wrong"),
    [
        (analysis_json.read, ""),
        (analysis_json.read, "[]"),
        (analysis_json.read, '{"schema": "other"}'),
        (analysis_json.read, "[" * 100_000),
        (keyframes_csv.read, "a,b\r\n"),
        (keyframes_csv.read, "method,index,time_s,score\r\nsms,1,x,1\r\n"),
        (keyframes_csv.read, "method,index,time_s,score\r\nsms,1,0\r\n"),
        (steps_csv.read, 'index,time_s,phi,gate,open,threshold\r\n"'),
        (curves_csv.read, "curve,label,unit,threshold,time_s,value\r\nc,l,u,,0,nan\r\n"),
        (npz.read, b""),
        (npz.read, b"PK\x03\x04"),
        (stills_zip.read, b"PK"),
        (report.read, "<html>"),
        (webvtt.read, "WEBVTT\n"),
        (edl.read, "TITLE: x\n"),
        (edl.read, "* KAIROSCOPE {"),
    ],
)
def test_a_wrong_file_is_refused_in_words(read: object, wrong: object) -> None:
    with pytest.raises(InvalidExport) as refused:
        read(wrong)
    assert refused.value.hint


def test_method_of_a_format_for_one() -> None:
    assert chosen_method(ANALYSES["uneven"], None) == "rtsae"
    assert chosen_method(ANALYSES["long"], None) == "kts"
    with pytest.raises(UnknownMethod, match="no method 'nosuch'") as unknown:
        chosen_method(ANALYSES["long"], "nosuch")
    assert unknown.value.pointer == "/query/method"


@pytest.mark.parametrize(
    ("video", "wanted"),
    [
        ("jump.mp4", "jump.rtsae.vtt"),
        ("=cmd|.mp4", "_cmd_.rtsae.vtt"),
        ("../../etc/passwd.mp4", "_.._etc_passwd.rtsae.vtt"),
        ("-rf", "rf.rtsae.vtt"),
        ("跳 1.mov", "跳_1.rtsae.vtt"),
        ("...", "video.rtsae.vtt"),
        ('a"\r\nb.mp4', "a___b.rtsae.vtt"),
    ],
)
def test_file_names_are_safe(video: str, wanted: str) -> None:
    assert file_name(video, FORMATS["vtt"], "rtsae") == wanted
    assert file_name(video, FORMATS["csv"], "rtsae") == wanted.replace("rtsae.vtt", "keyframes.csv")
    assert safe_name(wanted) == wanted
