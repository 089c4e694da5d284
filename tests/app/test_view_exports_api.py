"""The pages' lists over REST, read back to what the service itself says."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sqlalchemy import update

from app.exports.lists.checkpoints import CHECKPOINTS, read_curves
from app.exports.lists.library import LIBRARY
from app.pages.cases.figures import CASE
from app.pages.cases.studies import study_of
from model.analyze import analyze
from model.methods import get
from model.types import FrameScores
from tests.app.conftest import Site
from tests.checkpoints import write_checkpoint
from worker.blobs import result_key
from worker.database import JobRow
from worker.models import curves, models
from worker.types import Listing

NAMES = ("=1+1.mp4", "b.mp4", "a.mp4")


@pytest.fixture(scope="module")
def videos(site: Site, clip: Callable[..., bytes]) -> list[str]:
    """The ids of three videos; the last two are tagged and one of their runs was cancelled."""
    ids = [
        site.upload(clip(seed), name).headers["Kairoscope-Video"]
        for seed, name in enumerate(NAMES, 40)
    ]
    site.service.library.retag(ids[1:], ["LongJump", "+mine"])
    site.service.cancel(site.service.jobs_of(ids[2])[0].id)
    return ids


def text(site: Site, path: str, name: str, **params: Any) -> str:
    """The file at the path, which must bear this name."""
    answer = site.http.get(f"/api/v1/{path}", params=params)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    return answer.content.decode()


@pytest.mark.slow
def test_the_library_with_tags_states_and_newest_runs(site: Site, videos: list[str]) -> None:
    found = LIBRARY.read_csv(text(site, "videos/export/csv", "library.csv", sort="name"))
    assert found == LIBRARY.read_json(text(site, "videos/export/json", "library.json", sort="name"))
    assert [video.name for video in found] == sorted(NAMES)
    for video in found:
        stored, [job] = site.service.get_video(video.id), site.service.jobs_of(video.id)
        for name in ("name", "tags", "gallery", "bytes", "width", "sha256", "duration_s"):
            assert getattr(video, name) == getattr(stored, name)
        assert (video.run, video.state, video.run_at) == (job.id, job.state, job.created_at)
        assert (video.methods, video.added_at) == (tuple(job.methods), stored.created_at)
    assert {video.name: video.state for video in found}["a.mp4"] == "cancelled"


@pytest.mark.slow
def test_the_parameters_are_those_of_the_list(site: Site, videos: list[str]) -> None:
    for params in (
        {"tag": "+mine"}, {"state": "cancelled"}, {"q": "b.mp"}, {"gallery": "true"},
        {"sort": "name", "order": "desc"},
    ):  # fmt: skip
        listed = site.http.get("/api/v1/videos", params=params).json()["items"]
        found = LIBRARY.read_csv(text(site, "videos/export/csv", "library.csv", **params))
        assert [video.id for video in found] == [item["id"] for item in listed], params
    assert site.http.get("/api/v1/videos/export/csv", params={"state": "x"}).status_code == 422
    assert site.http.get("/api/v1/videos/export/xml").status_code == 422


@pytest.mark.slow
def test_more_videos_than_are_read_at_a_time(
    site: Site, videos: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.exports.lists import library

    monkeypatch.setattr(library, "PAGE", 2)
    found = list(library.videos_of(site.service.library, Listing()))
    assert [video.id for video in found] == list(reversed(videos))


@pytest.mark.slow
def test_the_numbers_of_a_case(site: Site, videos: list[str]) -> None:
    path = site.service.blobs.local_path(f"videos/{videos[1]}/original")
    result = analyze(path, [get("uniform").from_parameters({})], keyframes=3).to_json()
    result["methods"]["rtsae"] = result["methods"]["uniform"] | {"method": "rtsae"}
    index_S, phi_S = np.arange(3), np.array([0.1, 0.6, 0.3])
    steps = FrameScores(index_S, index_S / 12, phi_S, np.full(3, 0.9), np.ones(3, np.bool_))
    result["steps"] = steps.to_json()
    [job] = site.service.jobs_of(videos[1])
    with site.service.database.write() as session:
        row = session.get(JobRow, job.id)
        assert row is not None
        key = result_key(row.video.sha256, row.key)
        session.execute(update(JobRow).where(JobRow.id == job.id).values(state="done"))
    site.service.blobs.put(key, json.dumps(result).encode())
    [figures] = CASE.read_csv(text(site, "cases/run-up/export/csv", "case-run-up.csv"))
    assert [figures] == CASE.read_json(text(site, "cases/run-up/export/json", "case-run-up.json"))
    assert (figures.video, figures.action, figures.gallery) == (videos[1], "LongJump", False)
    assert (figures.keyframes, figures.frames) == (3, 12)
    assert (figures.half_steps, figures.steps, figures.decisive) == (1, 3, None)
    assert study_of("moments")
    assert CASE.read_csv(text(site, "cases/moments/export/csv", "case-moments.csv")) == []
    assert site.http.get("/api/v1/cases/none/export/csv").status_code == 404


@pytest.mark.slow
def test_the_checkpoints_and_their_cards(site: Site) -> None:
    known = models(site.service.settings)
    assert CHECKPOINTS.read_csv(text(site, "models/export/csv", "models.csv")) == known
    assert CHECKPOINTS.read_json(text(site, "models/export/json", "models.json")) == known


@pytest.mark.slow
def test_the_curves_of_a_training(site: Site) -> None:
    own = write_checkpoint(site.settings.data_dir / "weights" / "mine.safetensors")
    own.with_suffix(".csv").write_text("iteration,=loss,accuracy\n1,0.5,\n2,-0.25,1e-9\n")
    found = read_curves(text(site, "models/mine/curves.csv", "mine.curves.csv"))
    wanted = curves(site.service.settings, "mine")
    assert wanted is not None
    assert list(found) == list(wanted)
    for name, value_N in wanted.items():
        np.testing.assert_array_equal(found[name], value_N)
    assert site.http.get("/api/v1/models/attention/curves.csv").status_code == 404
    assert site.http.get("/api/v1/models/gone/curves.csv").status_code == 404
    own.with_suffix(".csv").write_text("x")
    assert site.http.get("/api/v1/models/mine/curves.csv").status_code == 422
