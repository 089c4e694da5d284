"""Videos over REST: the list, the files with ranges and caching, exact frames."""

import io
import time

import av
import numpy as np
import pytest

from tests.marks import quick


@pytest.fixture(scope="module")
def video(site, clip):
    """An uploaded video with derivatives in place."""
    video_id = site.upload(clip(20, frames=9), 'a "jump" – 跳.mp4').headers["Kairoscope-Video"]
    site.service.blobs.put(f"videos/{video_id}/preview.mp4", bytes(range(256)) * 40)
    site.service.blobs.put(f"videos/{video_id}/sprite_000.jpg", b"jpeg")
    site.service.blobs.put(f"videos/{video_id}/sprites.json", b'{"index": [0]}')
    return f"/api/v1/videos/{video_id}"


def test_facts(site, video, clip, sha256):
    facts = site.http.get(video).json()
    assert facts["sha256"] == sha256(clip(20, frames=9))
    assert (facts["width"], facts["height"], facts["frames"]) == (64, 48, 9)


@pytest.mark.slow
def test_list_pages_and_searches(serve, clip):
    site = serve()
    for number, name in enumerate(("run.mp4", "Jump.mp4", "jump 100%.mp4")):
        site.upload(clip(30 + number), name)
    page = site.http.get("/api/v1/videos", params={"limit": 2}).json()
    assert [video["name"] for video in page["items"]] == ["jump 100%.mp4", "Jump.mp4"]
    assert page["total"] == 3
    page = site.http.get("/api/v1/videos", params={"offset": 2}).json()
    assert [video["name"] for video in page["items"]] == ["run.mp4"]
    assert site.http.get("/api/v1/videos", params={"q": "jump"}).json()["total"] == 2
    assert site.http.get("/api/v1/videos", params={"q": "%"}).json()["total"] == 1


@pytest.mark.parametrize("query", ["offset=-1", "limit=0", "limit=501", "limit=x", "offset=1e9"])
def test_bad_pages_name_the_parameter(site, query):
    response = site.http.get(f"/api/v1/videos?{query}")
    assert response.status_code == 422
    [error] = response.json()["errors"]
    assert error["pointer"] == "/query/" + query.split("=")[0]


@pytest.mark.parametrize("path", ["x", "x/preview.mp4", "x/original", "x/frames/0.jpg", "%00"])
def test_unknown_video(site, path):
    response = site.http.get(f"/api/v1/videos/{path}")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body", [{"path": "/etc/passwd"}, {"url": "http://127.0.0.1:1/x.mp4"}, {}, [], "x", None]
)
def test_a_video_by_reference_is_refused(site, body):
    before = site.http.get("/api/v1/videos").json()["total"]
    response = site.http.post("/api/v1/videos", json=body)
    assert response.status_code == 422
    assert "/api/v1/uploads" in response.json()["hint"]
    assert site.http.get("/api/v1/videos").json()["total"] == before


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [("bytes=0-99", 0, 99), ("bytes=10000-", 10000, 10239), ("bytes=-5", 10235, 10239),
     ("bytes=10-999999", 10, 10239)],
)  # fmt: skip
def test_one_range(site, video, wanted, first, last):
    response = site.http.get(f"{video}/preview.mp4", headers={"Range": wanted})
    assert response.status_code == 206
    assert response.headers["Content-Range"] == f"bytes {first}-{last}/10240"
    assert response.headers["Content-Type"] == "video/mp4"
    assert response.content == (bytes(range(256)) * 40)[first : last + 1]


@pytest.mark.parametrize(
    "wanted",
    ["bytes=" + ",".join(f"{i}-" for i in range(1000)), "bytes=0-1,5-6", "bytes=10240-",
     "bytes=5-2", "bytes=-0", "bytes=-", "lines=0-5", "bytes=" + "9" * 5000 + "-"],
)  # fmt: skip
def test_hostile_ranges(site, video, wanted):
    started = time.process_time()
    response = site.http.get(f"{video}/preview.mp4", headers={"Range": wanted})
    assert response.status_code == 416
    assert response.headers["content-type"] == "application/problem+json"
    assert time.process_time() - started < 1


def test_whole_files_and_caching(site, video):
    first = site.http.get(f"{video}/sprite_000.jpg")
    assert (first.content, first.headers["Content-Type"]) == (b"jpeg", "image/jpeg")
    assert "immutable" in first.headers["Cache-Control"]
    again = site.http.get(
        f"{video}/sprite_000.jpg", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    assert site.http.get(f"{video}/sprites.json").json() == {"index": [0]}
    assert site.http.head(f"{video}/preview.mp4").headers["Content-Length"] == "10240"


@pytest.mark.parametrize(
    "name",
    ["sprite_1.jpg", "sprite_..jpg", "sprite_%2e%2e%2foriginal.jpg", "sprite_001.jpg",
     "sprite_" + "0" * 300 + ".jpg", "sprite_٠٠٠.jpg"],
)  # fmt: skip
def test_only_sprites_that_exist(site, video, name):
    assert site.http.get(f"{video}/{name}").status_code == 404


def test_the_original_is_a_download(site, video, clip):
    response = site.http.get(f"{video}/original")
    assert response.content == clip(20, frames=9)
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''a%20")
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.slow
@pytest.mark.parametrize("index", quick(1, [0, 4, 8]))
def test_exact_frames(site, video, clip, index):
    response = site.http.get(f"{video}/frames/{index}.jpg")
    assert response.headers["Content-Type"] == "image/jpeg"
    with av.open(io.BytesIO(response.content)) as image:
        [shown] = [frame.to_ndarray(format="rgb24") for frame in image.decode(video=0)]
    with av.open(io.BytesIO(clip(20, frames=9))) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    distances = [np.abs(shown.astype(int) - frame).mean() for frame in frames]
    assert int(np.argmin(distances)) == index
    assert distances[index] < 3


@pytest.mark.parametrize("index", [9, 10**12, -1])
def test_frames_that_are_not_there(site, video, index):
    assert site.http.get(f"{video}/frames/{index}.jpg").status_code == 404


@pytest.mark.slow
def test_delete(site, clip):
    video_id = site.upload(clip(21)).headers["Kairoscope-Video"]
    assert site.http.delete(f"/api/v1/videos/{video_id}").status_code == 204
    assert site.http.get(f"/api/v1/videos/{video_id}").status_code == 404
    assert site.http.delete(f"/api/v1/videos/{video_id}").status_code == 404
    assert site.http.get(f"/api/v1/videos/{video_id}/original").status_code == 404


@pytest.fixture(scope="module")
def three(serve, clip):
    """A site with three videos, and their ids."""
    site = serve(retention_days=7)
    names = ("b.mp4", "a.mp4", "c.mp4")
    answers = [site.upload(clip(40 + n, frames=4 + n), name) for n, name in enumerate(names)]
    return site, [answer.headers["Kairoscope-Video"] for answer in answers]


def found(site, **query):
    page = site.http.get("/api/v1/videos", params=query).json()
    assert page["total"] == len(page["items"])
    return "".join(video["name"][0] for video in page["items"])


@pytest.mark.slow
def test_the_list_sorts_filters_and_knows_tags(three):
    site, (b, a, _) = three
    changed = site.http.patch(
        "/api/v1/videos/tags", json={"ids": [a, b, "unknown"], "add": ["jump", "to check"]}
    ).json()
    assert changed == {"ids": [a, b], "missing": ["unknown"]}
    tagged = site.http.patch(f"/api/v1/videos/{a}", json={"tags": ["jump", "slow"]}).json()
    assert tagged["tags"] == ["jump", "slow"]
    tags = site.http.get("/api/v1/videos/tags").json()
    assert tags == [
        {"tag": tag, "videos": n} for tag, n in (("jump", 2), ("slow", 1), ("to check", 1))
    ]
    assert found(site) == "cab"
    assert found(site, sort="name") == "abc"
    assert found(site, sort="frames", order="asc") == "bac"
    assert found(site, tag=["jump", "slow"]) == "a"
    assert found(site, q="CHECK", state="active", gallery=False) == "b"
    assert found(site, state="none") == found(site, gallery=True) == ""


@pytest.mark.slow
def test_several_are_deleted_and_restored(three):
    site, ids = three
    gone = site.http.post("/api/v1/videos/delete", json={"ids": [*ids[:2], "unknown"]}).json()
    assert gone == {
        "ids": ids[:2],
        "missing": ["unknown"],
        "stopped": sorted(ids[:2]),
        "grace_s": 60,
    }
    assert found(site) == "c"
    assert site.http.post(f"/api/v1/videos/{ids[0]}/restore").json()["id"] == ids[0]
    back = site.http.post("/api/v1/videos/restore", json={"ids": ids}).json()
    assert back == {"ids": ids, "missing": []}
    jobs = site.http.get("/api/v1/analyses", params={"video_id": ids[0]}).json()
    assert [job["state"] for job in jobs] == ["cancelled"]


@pytest.mark.slow
def test_storage(three, clip):
    site, _ = three
    storage = site.http.get("/api/v1/storage").json()
    assert storage["videos"] == 3
    assert storage["originals_bytes"] == sum(len(clip(40 + n, frames=4 + n)) for n in range(3))
    assert storage["retention_days"] == 7


@pytest.mark.slow
def test_an_upload_says_whether_its_video_was_here_before(three, clip):
    site, ids = three
    again = site.upload(clip(40, frames=4), "again.mp4")
    assert (again.headers["Kairoscope-Video"], again.headers["Kairoscope-Known"]) == (
        ids[0],
        "true",
    )
    site.http.post("/api/v1/videos/delete", json={"ids": ids[:1]})
    assert site.upload(clip(40, frames=4)).headers["Kairoscope-Known"] == "true"
    assert "Kairoscope-Known" not in site.upload(clip(49)).headers


@pytest.mark.parametrize(
    ("method", "path", "body", "pointer"),
    [
        ("PATCH", "/tags", {"ids": []}, "/ids"),
        ("PATCH", "/tags", {"ids": ["x"] * 1001}, "/ids"),
        ("PATCH", "/tags", {"ids": ["x"], "add": [""]}, "/tags"),
        ("POST", "/delete", {}, "/ids"),
        ("POST", "/restore", {"ids": ["x"], "all": True}, "/all"),
        ("GET", "?sort=nosuch", None, "/query/sort"),
        ("GET", "?order=up", None, "/query/order"),
        ("GET", "?state=nosuch", None, "/query/state"),
    ],
)
def test_bad_requests_name_the_field(site, method, path, body, pointer):
    answer = site.http.request(method, f"/api/v1/videos{path}", json=body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize(("method", "path"), [("PATCH", "/unknown"), ("POST", "/unknown/restore")])
def test_what_is_not_there_is_not_changed(site, method, path):
    answer = site.http.request(method, f"/api/v1/videos{path}", json={"tags": []})
    assert answer.status_code == 404
