"""`kairoscope analyze --export`: the same files as over REST, beside those of --out."""

from pathlib import Path

import pytest

from app.cli import Exit, main
from app.exports import FORMATS, analysis_json, file_name, npz, report, stills_zip, webvtt


def analyze(*arguments: object) -> int:
    return main(["analyze", *map(str, arguments), "--recognizer", "none"])


@pytest.mark.slow
def test_every_format_lies_beside_the_analysis(clip: Path, tmp_path: Path) -> None:
    arguments = ("--methods", "uniform,sms", "--keyframes", 3, "--out", tmp_path)
    assert analyze(clip, *arguments, "--export", "all") == Exit.DONE
    folder = tmp_path / "square.mp4"
    analysis = analysis_json.read((folder / "analysis.json").read_text())
    for wanted in FORMATS.values():
        for method in analysis.methods if wanted.per_method else [""]:
            assert (folder / file_name(clip.name, wanted, method)).stat().st_size
    same = analysis.to_json()
    assert (folder / "square.json").read_bytes() == (folder / "analysis.json").read_bytes()
    assert npz.read((folder / "square.npz").read_bytes()).to_json() == same
    assert report.read((folder / "square.html").read_text()).to_json() == same
    _, pictures = stills_zip.read((folder / "square.zip").read_bytes())
    assert {name: (folder / name).read_bytes() for name in pictures} == pictures
    sms = webvtt.read((folder / "square.sms.vtt").read_text())
    assert sms.index_K.tolist() == analysis.methods["sms"].index_K.tolist()


def test_an_export_needs_a_folder_and_a_known_format(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert analyze(clip, "--export", "csv") == Exit.USAGE
    assert "--export needs --out" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stopped:
        analyze(clip, "--out", tmp_path, "--export", "csv,nosuch")
    assert stopped.value.code == Exit.USAGE
    assert "no format 'nosuch'; there are json, csv" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
