"""The optical flow of a frame over REST."""

import io

import av
import numpy as np
import pytest

from model.video.flow_stills import read_flow
from tests.clips import moving_square, write_clip


@pytest.fixture(scope="module")
def moving(site, tmp_path_factory):
    """The file and the address of an uploaded video of four frames in which a square moves."""
    path = write_clip(tmp_path_factory.mktemp("clip") / "moving.mp4", moving_square(4, step=3))
    video_id = site.upload(path.read_bytes()).headers["Kairoscope-Video"]
    return path, f"/api/v1/videos/{video_id}/flow"


@pytest.mark.slow
def test_a_picture_its_scale_and_leave_to_keep_both(site, moving):
    path, url = moving
    answer = site.http.get(f"{url}/1.jpg", params={"algorithm": "farneback"})
    wanted = read_flow(path, 1, "farneback")
    assert answer.content == wanted.jpeg
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert float(answer.headers["Kairoscope-Flow-Scale"]) == wanted.scale
    assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.slow
def test_the_last_frame_repeats_and_algorithms_differ(site, moving):
    _, url = moving
    before, last = (site.http.get(f"{url}/{index}.jpg").content for index in (2, 3))
    assert before == last
    other = site.http.get(f"{url}/3.jpg?algorithm=farneback").content
    assert other != last
    with av.open(io.BytesIO(last)) as image:
        [shown] = [frame.to_ndarray(format="rgb24") for frame in image.decode(video=0)]
    assert shown.shape == (96, 96, 3)
    assert np.median(shown[..., 0]) < 60  # the ground stands still


@pytest.mark.parametrize("index", [4, 10**12, -1])
def test_frames_that_are_not_there(site, moving, index):
    answer = site.http.get(f"{moving[1]}/{index}.jpg")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_no_video_and_no_such_algorithm(site, moving):
    assert site.http.get("/api/v1/videos/none/flow/0.jpg").status_code == 404
    answer = site.http.get(f"{moving[1]}/0.jpg?algorithm=brox")
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["pointer"] == "/query/algorithm"
    assert "farneback" in error["detail"]


def test_it_is_documented(site):
    api = site.http.get("/api/openapi.json").json()
    told = api["paths"]["/api/v1/videos/{video_id}/flow/{index}.jpg"]["get"]
    answers = told["responses"]
    assert {"200", "404", "422"} <= set(answers)
    assert list(answers["200"]["content"]) == ["image/jpeg"]
    assert "Kairoscope-Flow-Scale" in answers["200"]["headers"]
    [algorithm] = [p for p in told["parameters"] if p["name"] == "algorithm"]
    assert algorithm["schema"]["enum"] == ["dis", "tvl1", "farneback"]
