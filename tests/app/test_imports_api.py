"""Imports over REST: clips of a UCF101 on the server's disk, followed, cancelled, refused."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.app.conftest import Serve, Site
from worker import imports
from worker.types import Listing

URL = "/api/v1/imports"
LAYOUT = "<root>/<Class>/v_<Class>_gNN_cNN.avi"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the server may take clips from."""
    return tmp_path_factory.mktemp("import")


@pytest.fixture(scope="module")
def site(serve: Serve, folder: Path) -> Site:
    return serve(import_dir=folder)


@pytest.fixture(scope="module")
def dataset(folder: Path, clip: Callable[..., bytes]) -> Path:
    """Three long jumps, one of them torn, a dive and a class of no case."""
    root = folder / "ucf101"
    names = [f"LongJump/v_LongJump_g01_c0{n}.mp4" for n in (1, 2, 3)]
    names += ["diving/v_Diving_g01_c01.mp4", "Surfing/v_Surfing_g01_c01.mp4"]
    for seed, name in enumerate(names, 100):
        path = root / "UCF-101" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(clip(seed))
    (root / "UCF-101" / names[1]).write_text("no video")
    return root


def begin(site: Site, **wanted: Any) -> dict[str, Any]:
    answer = site.http.post(URL, json=wanted)
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


def ended(site: Site, begun: dict[str, Any]) -> dict[str, Any]:
    """The import once it runs no more."""
    deadline = time.monotonic() + 60
    while (now := site.http.get(f"{URL}/{begun['id']}").json())["state"] == "running":
        assert time.monotonic() < deadline, now
        time.sleep(0.02)
    return dict(now)


@pytest.mark.slow
def test_clips_of_the_cases_join_the_library_and_a_torn_one_is_told(
    site: Site, dataset: Path
) -> None:
    begun = begin(site, path=str(dataset))
    assert (begun["state"], begun["total"], begun["path"]) == ("running", 4, str(dataset))
    now = ended(site, begun)
    assert (now["state"], now["done"], now["error"]) == ("done", 4, None)
    brought = [(video["name"], video["action"]) for video in now["videos"]]
    assert brought == [
        ("v_LongJump_g01_c01.mp4", "LongJump"),
        ("v_LongJump_g01_c03.mp4", "LongJump"),
        ("v_Diving_g01_c01.mp4", "Diving"),
    ]
    [refused] = now["refused"]
    assert (refused["name"], refused["error"]["status"]) == ("v_LongJump_g01_c02.mp4", 422)
    for video in now["videos"]:
        stored = site.http.get(f"/api/v1/videos/{video['video_id']}").json()
        assert (stored["name"], stored["tags"]) == (video["name"], [video["action"]])
        assert site.service.jobs_of(video["video_id"])
    assert site.http.get(URL).json()[0] == now
    again = ended(site, begin(site, path="ucf101"))  # relative to the folder, and the same videos
    assert again["videos"] == now["videos"]
    assert not any((site.settings.data_dir / "scratch").iterdir())
    assert (dataset / "UCF-101/LongJump/v_LongJump_g01_c01.mp4").exists()


@pytest.mark.slow
def test_all_classes_and_so_many_of_each(site: Site, dataset: Path) -> None:
    now = ended(site, begin(site, path="ucf101", clips=1, classes="all"))
    assert [video["action"] for video in now["videos"]] == ["LongJump", "Surfing", "Diving"]
    assert site.service.library.count(Listing(tags=("Surfing",))) == 1


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Clips are brought only once this is set."""
    go, bring = threading.Event(), imports.bring

    def waiting(*arguments: Any) -> Any:
        go.wait(60)
        return bring(*arguments)

    monkeypatch.setattr(imports, "bring", waiting)
    yield go
    go.set()


@pytest.mark.slow
def test_cancelling_stops_after_the_clip_at_hand_and_another_waits_its_turn(
    site: Site, dataset: Path, held: threading.Event
) -> None:
    begun = begin(site, path="ucf101")
    refused = site.http.post(URL, json={"path": "ucf101"})
    assert refused.status_code == 409
    assert "another import is running" in refused.json()["detail"]
    assert site.http.delete(f"{URL}/{begun['id']}").status_code == 202
    held.set()
    now = ended(site, begun)
    assert (now["state"], now["done"]) == ("cancelled", 1)
    assert site.http.delete(f"{URL}/{begun['id']}").status_code == 409


def test_only_what_lies_below_the_folder_is_looked_at(
    site: Site, folder: Path, dataset: Path, tmp_path: Path
) -> None:
    away = tmp_path / "UCF-101" / "LongJump" / "v_LongJump_g01_c01.mp4"
    away.parent.mkdir(parents=True)
    away.touch()
    os.symlink(tmp_path, folder / "link")
    for path in (str(tmp_path), "..", "/", "/etc", "../" * 40 + "etc", "link", "a\0b"):
        answer = site.http.post(URL, json={"path": path})
        told = answer.json()
        assert (answer.status_code, told["title"]) == (403, "import forbidden"), path
        assert "KAIROSCOPE_IMPORT_DIR" in told["hint"]


@pytest.mark.slow
def test_a_clip_that_is_a_link_leading_out_is_refused(
    site: Site, folder: Path, tmp_path: Path, clip: Callable[..., bytes]
) -> None:
    secret = tmp_path / "secret.mp4"
    secret.write_bytes(clip(999))
    linked = folder / "linked" / "Archery" / "v_Archery_g01_c01.mp4"
    linked.parent.mkdir(parents=True)
    os.symlink(secret, linked)
    now = ended(site, begin(site, path="linked"))
    assert now["videos"] == []
    assert "leads out" in now["refused"][0]["error"]["detail"]


def test_what_is_no_ucf101_is_refused_with_the_layout(site: Site, folder: Path) -> None:
    (folder / "empty").mkdir()
    (folder / "other" / "Cooking").mkdir(parents=True)
    (folder / "other" / "Cooking" / "v_Cooking_g01_c01.avi").touch()
    for path, cause in (
        ("gone", "no such folder"), ("empty", "an empty folder"), ("other", "got none"),
    ):  # fmt: skip
        answer = site.http.post(URL, json={"path": path})
        assert answer.status_code == 422
        assert cause in answer.json()["detail"]
        assert LAYOUT in answer.json()["hint"]
        assert answer.json()["errors"][0]["pointer"] == "/path"


@pytest.mark.parametrize("clips", [0, -1, 1001, "3", 2.5, None])
def test_a_number_of_clips_that_is_none(site: Site, clips: Any) -> None:
    answer = site.http.post(URL, json={"path": "", "clips": clips})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/clips"


@pytest.mark.slow
def test_too_many_clips_at_a_time(site: Site, folder: Path) -> None:
    for number in range(1001):
        path = folder / "large" / "Archery" / f"v_Archery_g01_c{number}.avi"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    answer = site.http.post(URL, json={"path": "large", "clips": 1000, "classes": "all"})
    assert answer.status_code == 202
    assert site.http.delete(f"{URL}/{answer.json()['id']}").status_code == 202
    other = folder / "large" / "Diving" / "v_Diving_g01_c01.avi"
    other.parent.mkdir()
    other.touch()
    answer = site.http.post(URL, json={"path": "large", "clips": 1000})
    assert answer.status_code == 422
    assert "at most 1000 clips at a time, got 1001" in answer.json()["detail"]


def test_an_import_that_is_not_there(site: Site) -> None:
    assert site.http.get(f"{URL}/none").status_code == 404
    assert site.http.delete(f"{URL}/none").status_code == 404


@pytest.mark.slow
def test_without_the_setting_nothing_is_taken(serve: Serve, dataset: Path) -> None:
    answer = serve().http.post(URL, json={"path": str(dataset)})
    assert (answer.status_code, answer.json()["title"]) == (403, "import forbidden")
    assert "KAIROSCOPE_IMPORT_DIR=FOLDER" in answer.json()["hint"]


def test_a_foreign_page_cannot_start_one(site: Site, dataset: Path) -> None:
    headers = {"Origin": "http://evil.test"}
    assert site.http.post(URL, json={"path": "ucf101"}, headers=headers).status_code == 403
