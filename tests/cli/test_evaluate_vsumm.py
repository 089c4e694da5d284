"""`kairoscope evaluate vsumm`: what the options say, what it prints, and the document's table."""

import json
import re
from pathlib import Path

import pytest

from app.cli import Exit, main
from model.evaluation import vsumm_run
from tests.evaluation.vsumm_layouts import bank

ROOT = Path(__file__).parents[2]
RESULT = json.loads((ROOT / "docs/results/vsumm.json").read_text())
FIGURES = ("CUS_A", "CUS_E", "P", "R", "F")


@pytest.fixture
def data(tmp_path):
    return bank(tmp_path / "data", "v21", published={"VSUMM1": [2, 10, 18]})


def run(data, *options):
    return main(["evaluate", "vsumm", "--data", str(data), *options])


def test_json_tells_rows_settings_and_what_made_them(data, capsys):
    options = ("--methods", "uniform,delta,sms", "--set", "delta.threshold=0.1", "--json")
    kept = data / "result.json"
    assert run(data, *options, "--out", str(kept)) == Exit.DONE
    out, err = capsys.readouterr()
    result = json.loads(out)
    assert json.loads(kept.read_text()) == result
    assert result["schema"] == "kairoscope/vsumm-evaluation@1"
    assert result["name"] == "OVP, sparse frame bank"
    assert [(row["method"], row["kind"]) for row in result["rows"]] == [
        ("VSUMM1", "published"),
        ("uniform", "own number"),
        ("delta", "own number"),
        ("uniform", "as many as VSUMM1"),
        ("delta", "as many as VSUMM1"),
    ]
    by_row = {(row["method"], row["kind"]): row for row in result["rows"]}
    assert by_row["uniform", "own number"]["settings"] == {"count": 10}  # a bank's
    assert by_row["delta", "own number"]["settings"] == {"threshold": 0.1}
    assert by_row["uniform", "as many as VSUMM1"]["keyframes_mean"] == 3
    assert {"command", "version", "commit", "machine", "times"} <= result["provenance"].keys()
    assert err.splitlines() == ["video 0 of 1: v21", "video 1 of 1: all"]


def test_a_file_of_other_content_is_refused(data, tmp_path, capsys):
    kept = tmp_path / "kept.json"
    kept.write_text('{"schema": "kairoscope/attention-evaluation@1"}')
    assert run(data, "--methods", "uniform", "--out", str(kept)) == Exit.USAGE
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "holds something else" in err
    assert json.loads(kept.read_text()) == {"schema": "kairoscope/attention-evaluation@1"}


def test_an_interrupted_comparison_goes_on_where_it_was(tmp_path, monkeypatch):
    data = bank(tmp_path / "data", "v21", "v22")
    kept, seen, compare = tmp_path / "result.json", [], vsumm_run._compare

    def once(source, *arguments):
        seen.append(source.video.name)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return compare(source, *arguments)

    monkeypatch.setattr(vsumm_run, "_compare", once)
    command = ("--methods", "uniform,delta", "--out", str(kept))
    assert run(data, *command) == Exit.INTERRUPTED
    assert run(data, *command) == Exit.DONE
    assert seen == ["v21", "v22", "v22"]
    assert [path.name for path in tmp_path.iterdir() if path != data] == ["result.json"]
    went_on = json.loads(kept.read_text())
    assert run(data, *command) == Exit.DONE
    assert seen[3:] == ["v21", "v22"]
    at_once = json.loads(kept.read_text())
    del went_on["provenance"], at_once["provenance"]
    assert went_on == at_once


@pytest.mark.slow
def test_without_options_all_methods_run_with_the_networks_weights(data, weights, capsys):
    assert run(data, "--weights", str(weights), "--device", "cpu") == Exit.DONE
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "OVP, sparse frame bank: 1 videos"
    assert lines[1].split() == ["method", "keyframes", *FIGURES, "mean"]
    assert lines[2].split() == [
        "VSUMM1",
        "published",
        "1.000",
        "0.250",
        "0.833",
        "1.000",
        "0.900",
        "3.0",
    ]
    named = {line.split()[0] for line in lines if "own number" in line and line[0] == " "}
    assert {"rtsae", "kts", "vsumm1", "random"} <= named
    assert not {"sms", "average", "superframes", "iframes"} & named
    assert any(line.startswith("rtsae, own number: F ") for line in lines)
    assert any(line.startswith("superframes is left out: ") for line in lines)


def test_a_folder_of_something_else_gives_the_layout(tmp_path, capsys):
    assert run(tmp_path, "--methods", "uniform") == Exit.FAILED
    line = capsys.readouterr().err
    assert "got an empty folder" in line
    assert "UserSummary/<video>/user<n>" in line


def test_the_table_shows_every_figure_of_the_result(monkeypatch, data, capsys):
    monkeypatch.setattr(vsumm_run, "evaluate", lambda *_: RESULT | {"provenance": {}})
    assert run(data, "--methods", "uniform") == Exit.DONE
    lines = capsys.readouterr().out.splitlines()
    for row, line in zip(RESULT["rows"], lines[2:], strict=False):
        wanted = [row["method"], *row["kind"].split(), *(f"{row[name]:.3f}" for name in FIGURES)]
        assert line.split() == [*wanted, f"{row['keyframes_mean']:.1f}"]


def test_the_document_says_what_the_result_says():
    """Its table, row by row, and the goal."""
    text = (ROOT / "docs/summaries.md").read_text()
    cells = [
        [cell.strip().strip("*`") for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if re.match(r"\| .* \| (published|own number|as many) ", line)
    ]
    wanted = [
        [
            row["method"],
            row["kind"],
            *(f"{row[name]:.3f}".lstrip("0") for name in FIGURES),
            f"{row['keyframes_mean']:.1f}",
        ]
        for row in RESULT["rows"]
    ]
    assert cells == wanted
    rows = RESULT["goal"]["rows"]
    assert not any(row["reached"] for row in rows.values())
    for row in rows.values():
        apart = row["comparison"]
        numbers = (f"{apart[key]:+.3f}".replace("0.", ".") for key in ("difference", "low", "high"))
        assert "{} ({} to {})".format(*numbers) in text
    assert f"{RESULT['users']['F']:.3f}".lstrip("0") in text
