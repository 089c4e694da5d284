"""`kairoscope cases import`: a user's own UCF101 clips beside the rendered ones."""

import json
import shutil
from pathlib import Path

import pytest

from app.cli import Exit, main
from worker.service import Service
from worker.settings import Settings
from worker.types import Listing


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty library."""
    monkeypatch.setenv("KAIROSCOPE_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def ucf101(root: Path, clip: Path, *names: str) -> Path:
    """Class folders of UCF101 with copies of the clip, each with other bytes at its end."""
    for number, name in enumerate(names):
        path = root / "UCF-101" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(clip, path)
        with path.open("ab") as file:
            file.write(bytes(8 + number))
    return root


def names_tagged(library: Path, tag: str) -> list[str]:
    service = Service(Settings(data_dir=library))
    found = service.library.find(Listing(tags=(tag,)))
    assert all(service.jobs_of(video.id) for video in found)
    service.close()
    return sorted(video.name for video in found)


@pytest.mark.slow
def test_clips_of_the_case_studies_are_copied_tagged_and_queued(
    library: Path, clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    jumps = [f"LongJump/v_LongJump_g01_c0{n}.mp4" for n in (1, 2, 3)]
    root = ucf101(tmp_path, clip, *jumps, "archery/v_Archery_g01_c01.mp4", "Surfing/v_S_g1_c1.mp4")
    assert main(["cases", "import", "--ucf101", str(root), "--clips", "2"]) == Exit.DONE
    assert names_tagged(library, "LongJump") == ["v_LongJump_g01_c01.mp4", "v_LongJump_g01_c02.mp4"]
    assert names_tagged(library, "Archery") == ["v_Archery_g01_c01.mp4"]
    assert len(capsys.readouterr().out.splitlines()) == 3
    assert (root / "UCF-101" / jumps[0]).exists()
    assert main(["cases", "import", "--ucf101", str(root), "--clips", "2"]) == Exit.DONE
    assert len(names_tagged(library, "LongJump")) == 2  # the same again is no other video


@pytest.mark.slow
def test_every_class_of_the_data_set_where_it_is_asked_for(
    library: Path, clip: Path, tmp_path: Path
) -> None:
    root = ucf101(tmp_path, clip, "Surfing/v_Surfing_g01_c01.mp4", "diving/v_Diving_g01_c01.mp4")
    assert main(["cases", "import", "--ucf101", str(root), "--all-classes"]) == Exit.DONE
    assert names_tagged(library, "Surfing") == ["v_Surfing_g01_c01.mp4"]
    assert names_tagged(library, "Diving") == ["v_Diving_g01_c01.mp4"]


@pytest.mark.slow
def test_an_unreadable_clip_is_named_and_the_others_are_there(
    library: Path, clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = ucf101(tmp_path, clip, "Diving/v_Diving_g01_c01.mp4", "Diving/v_Diving_g01_c02.mp4")
    (root / "UCF-101" / "Diving" / "v_Diving_g01_c01.mp4").write_text("no video")
    assert main(["cases", "import", "--ucf101", str(root)]) == Exit.UNREADABLE
    problem = json.loads(capsys.readouterr().err)
    assert problem["instance"].endswith("v_Diving_g01_c01.mp4")
    assert names_tagged(library, "Diving") == ["v_Diving_g01_c02.mp4"]


def test_a_folder_without_such_clips_is_refused_with_the_layout(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cases", "import", "--ucf101", str(tmp_path)]) == Exit.USAGE
    assert "<root>/<Class>/v_<Class>_gNN_cNN.avi" in capsys.readouterr().err
