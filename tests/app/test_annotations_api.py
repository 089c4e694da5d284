"""Annotations and scores over REST."""

import json

import httpx
import numpy as np
import pytest
from sqlalchemy import update

from model.evaluation.truth_formats import MOST_BYTES
from model.types import Analysis, Clip, Keyframes, VideoInfo
from worker.database import JobRow, VideoRow
from worker.service import result_key

TABLE = b"annotator;index\nann;1\nann;7\n"
READ = {"name": "ann", "keyframes": [1, 7], "intervals": [], "unit": "frames"}
PHASES = [{"name": "flight", "start": 0, "end": 6, "decisive": True}]


@pytest.fixture(scope="module")
def video_id(site, clip):
    return site.upload(clip(60)).headers["Kairoscope-Video"]


@pytest.fixture
def annotations(site, video_id):
    url = f"/api/v1/videos/{video_id}/annotations"
    yield url
    site.http.delete(url)


@pytest.fixture(scope="module")
def job_id(site, video_id):
    """An analysis that is done: no worker runs here."""
    [job] = site.service.jobs_of(video_id)
    times_T = np.arange(12) / 12
    index_K = np.array([1, 9])
    found = Keyframes("sms", index_K, times_T[index_K], np.ones(2), quality={"coverage": 0.5})
    info = VideoInfo("", 12, 12, 64, 48, 1.0)
    document = json.dumps(Analysis(Clip(info, times_T), None, {"sms": found}).to_json())
    with site.service.database.write() as session:
        key = session.get_one(JobRow, job.id).key
        session.execute(update(JobRow).where(JobRow.id == job.id).values(state="done"))
    sha256 = site.service.get_video(video_id).sha256
    site.service.blobs.put(result_key(sha256, key), document.encode())
    return job.id


def test_a_file_is_kept_read_back_replaced_and_removed(site, annotations):
    assert site.http.get(annotations).status_code == 404
    kept = site.http.put(annotations, content=TABLE, headers={"Content-Type": "text/csv"})
    assert (kept.status_code, kept.json()["annotators"]) == (200, [READ])
    assert site.http.get(annotations).json() == kept.json()
    again = site.http.put(f"{annotations}?filename=a.json", json=kept.json())
    assert again.json() == kept.json()
    site.http.put(annotations, content=b"time_s\n0.5\n")
    assert site.http.get(annotations).json()["annotators"][0]["unit"] == "seconds"
    assert site.http.delete(annotations).status_code == 204
    assert site.http.get(annotations).status_code == 404


@pytest.mark.parametrize(
    ("content", "pointer", "said"),
    [
        (b"index\n1\nx\n", None, "line 3, index"),
        (b'{"schema": "kairoscope/truth@1", "annotators": [{"name": 5}]}',
         "/annotators/0/name", "/annotators/0/name"),
        (b"", None, "wanted a header"),
        (b"\x00\xff", None, "UTF-8"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_and_what_was_there_stays(site, annotations, content, pointer, said):
    site.http.put(annotations, content=TABLE)
    refused = site.http.put(annotations, content=content)
    problem = refused.json()
    assert (refused.status_code, problem["type"]) == (
        422,
        "urn:kairoscope:problem:invalid-annotations",
    )
    assert said in problem["detail"]
    assert [error["pointer"] for error in problem.get("errors", [])] == [pointer] * bool(pointer)
    assert site.http.get(annotations).json()["annotators"] == [READ]


def test_matlab_is_read_from_disk_only(site, annotations):
    refused = site.http.put(f"{annotations}?filename=x.mat", content=b"\x00")
    assert (refused.status_code, "from disk only" in refused.json()["detail"]) == (422, True)


def test_too_large(site, annotations):
    with httpx.Client(base_url=site.http.base_url) as own:  # the server closes this connection
        refused = own.put(annotations, content=b"\n" * (MOST_BYTES + 1))
    assert refused.status_code == 413
    assert refused.json()["type"].endswith("body-too-large")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_unknown_videos(site, method):
    response = site.http.request(method, "/api/v1/videos/gone/annotations", content=TABLE)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


def test_scores(site, annotations, job_id):
    url = f"/api/v1/analyses/{job_id}/scores"
    bare = site.http.get(url).json()
    assert bare["methods"]["sms"]["annotators"] is None
    assert (bare["methods"]["sms"]["coverage"], bare["agreement"]["f"]) == (0.5, [[1.0]])
    site.http.put(annotations, content=TABLE)
    found = site.http.get(url).json()
    assert found["tolerance_s"] == 0.5
    assert found["methods"]["sms"]["mean"] == {"precision": 1.0, "recall": 1.0, "f": 1.0}
    assert found["methods"]["sms"]["hue"] is None  # nobody looked at the pictures
    strict = site.http.get(url, params={"tolerance_s": 0}).json()
    assert strict["methods"]["sms"]["annotators"]["ann"]["recall"] == 0.5


def test_a_scenes_own_phases_count_beside_what_people_marked(site, annotations, video_id, job_id):
    url = f"/api/v1/analyses/{job_id}/scores?tolerance_s=0"
    row = update(VideoRow).where(VideoRow.id == video_id)
    with site.service.database.write() as session:
        session.execute(row.values(truth={"phases": PHASES}))
    assert site.http.get(url).json()["methods"]["sms"]["phases"]["decisive"] == 0.5
    site.http.put(annotations, content=TABLE)
    entry = site.http.get(url).json()["methods"]["sms"]
    assert entry["phases"]["decisive"] == 0.5
    assert entry["annotators"]
    with site.service.database.write() as session:
        session.execute(row.values(truth=None))


def test_annotations_of_another_video_are_reported(site, annotations, job_id):
    site.http.put(annotations, content=b"index\n12\n")
    refused = site.http.get(f"/api/v1/analyses/{job_id}/scores")
    assert refused.status_code == 422
    assert "before frame 12" in refused.json()["detail"]


@pytest.mark.parametrize("tolerance", ["-1", "nan", "inf", "x", "1e9"])
def test_tolerances_that_mean_nothing(site, job_id, tolerance):
    refused = site.http.get(f"/api/v1/analyses/{job_id}/scores?tolerance_s={tolerance}")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/query/tolerance_s"


def test_scores_need_a_result(site, video_id):
    job = site.service.submit(video_id, {"uniform": {}})
    assert site.http.get(f"/api/v1/analyses/{job.id}/scores").status_code == 409
    assert site.http.get("/api/v1/analyses/gone/scores").status_code == 404


def test_the_list_of_videos_carries_no_annotations(site, annotations):
    site.http.put(annotations, content=TABLE)
    assert b"keyframes" not in site.http.get("/api/v1/videos").content
