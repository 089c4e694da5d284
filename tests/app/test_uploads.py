"""The tus 1.0 protocol over a real socket: every refusal changes nothing, every byte counts."""

import base64
import hashlib
import threading

import pytest

from tests.marks import quick

LIMIT = 8 * 2**30


def problem(response, status, code):
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["type"] == f"urn:kairoscope:problem:{code}"
    assert body["status"] == status
    assert body["request_id"] == response.headers["X-Request-ID"] != ""
    return body


def checksum(content, algorithm="sha1"):
    digest = hashlib.new(algorithm, content).digest()
    return {"Upload-Checksum": f"{algorithm} {base64.b64encode(digest).decode()}"}


def test_options_states_the_capabilities(site):
    response = site.http.options("/api/v1/uploads")
    assert response.status_code == 204
    assert response.headers["Tus-Version"] == "1.0.0"
    assert response.headers["Tus-Max-Size"] == str(LIMIT)
    assert response.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"
    assert set(response.headers["Tus-Extension"].split(",")) == {
        "creation", "creation-with-upload", "checksum", "expiration", "termination",
    }  # fmt: skip


@pytest.mark.parametrize("version", [{}, {"Tus-Resumable": "0.2.2"}])
def test_another_protocol_version_is_refused(site, version):
    response = site.http.post("/api/v1/uploads", headers={"Upload-Length": "5", **version})
    problem(response, 412, "unsupported-tus-version")
    assert response.headers["Tus-Version"] == "1.0.0"
    assert response.headers["Tus-Resumable"] == "1.0.0"


def test_a_video_arrives_in_pieces(site, clip, sha256):
    content = clip(1)
    created = site.create(len(content))
    assert created.status_code == 201
    url = created.headers["Location"]
    assert "Upload-Expires" in created.headers
    first = site.patch(url, 0, content[:100])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "100")
    assert "Kairoscope-Video" not in first.headers
    last = site.patch(url, 100, content[100:])
    assert last.status_code == 204
    video = site.http.get(f"/api/v1/videos/{last.headers['Kairoscope-Video']}").json()
    assert (video["sha256"], video["bytes"]) == (sha256(content), len(content))
    state = site.http.get(url).json()
    assert (state["state"], state["video_id"]) == ("done", video["id"])


@pytest.mark.slow
def test_creation_with_upload(site, clip):
    content = clip(2)
    base = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(content))}
    headers = base | {"Content-Type": "application/offset+octet-stream"}
    response = site.http.post("/api/v1/uploads", content=content, headers=headers)
    assert response.status_code == 201
    assert response.headers["Upload-Offset"] == str(len(content))
    assert response.headers["Kairoscope-Video"]


@pytest.mark.slow
def test_the_same_video_twice_is_one(site, clip):
    first, second = site.upload(clip(3)), site.upload(clip(3), "again.mp4")
    assert first.headers["Kairoscope-Video"] == second.headers["Kairoscope-Video"]


def test_head_gives_offset_and_is_not_cached(site):
    url = site.create(10, **{"Upload-Metadata": "filename YS5tcDQ="}).headers["Location"]
    site.patch(url, 0, b"abc")
    response = site.head(url)
    assert response.headers["Upload-Offset"] == "3"
    assert response.headers["Upload-Length"] == "10"
    assert response.headers["Upload-Metadata"] == "filename YS5tcDQ="
    assert response.headers["Cache-Control"] == "no-store"


def test_wrong_offset_changes_nothing(site, upload_folder):
    url = site.create(10).headers["Location"]
    site.patch(url, 0, b"abc")
    for wrong in (0, 2, 4, 10, 11):
        problem(site.patch(url, wrong, b"zz"), 409, "offset-mismatch")
    assert (upload_folder(url) / "data").read_bytes() == b"abc"


def test_wrong_content_type(site):
    url = site.create(10).headers["Location"]
    wrong = {"Content-Type": "application/octet-stream"}
    problem(site.patch(url, 0, b"abc", **wrong), 415, "wrong-content-type")
    assert site.offset(url) == 0


def test_too_long_to_begin(site):
    problem(site.create(LIMIT + 1), 413, "upload-too-large")


@pytest.mark.parametrize(
    "headers",
    [
        {"Upload-Length": "5", "Upload-Defer-Length": "1"},
        {"Upload-Defer-Length": "1"},
        {},
        {"Upload-Length": "-1"},
        {"Upload-Length": "1e3"},
        {"Upload-Length": "9" * 400},
        {"Upload-Length": "5", "Upload-Metadata": "filename not-base64!"},
    ],
)
def test_malformed_creation(site, headers):
    headers = {"Tus-Resumable": "1.0.0"} | headers
    problem(site.http.post("/api/v1/uploads", headers=headers), 400, "invalid-upload-request")


@pytest.mark.parametrize("offset", ["", "-1", "x", "٣"])
def test_malformed_offset(site, offset):
    url = site.create(10).headers["Location"]
    headers = {"Upload-Offset": offset.encode()}
    problem(site.patch(url, 0, b"abc", **headers), 400, "invalid-upload-request")


def test_more_than_declared_changes_nothing(site):
    url = site.create(5).headers["Location"]
    site.patch(url, 0, b"ab")
    problem(site.patch(url, 2, b"cdef"), 413, "upload-too-large")
    chunked = iter([b"cd", b"ef"])  # no Content-Length: only counting tells
    problem(site.patch(url, 2, chunked), 413, "upload-too-large")
    assert site.offset(url) == 2


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_checksum(site, upload_folder, algorithm):
    url = site.create(10).headers["Location"]
    assert site.patch(url, 0, b"abc", **checksum(b"abc", algorithm)).status_code == 204
    problem(site.patch(url, 3, b"xyz", **checksum(b"abc", algorithm)), 460, "checksum-mismatch")
    assert site.offset(url) == 3
    assert site.patch(url, 3, b"def", **checksum(b"def", algorithm)).status_code == 204
    assert (upload_folder(url) / "data").read_bytes() == b"abcdef"
    assert not (upload_folder(url) / "chunk").exists()


@pytest.mark.parametrize("header", ["md5 AAAA", "sha1 not-base64!", "sha1"])
def test_unusable_checksum(site, header):
    url = site.create(10).headers["Location"]
    response = site.patch(url, 0, b"abc", **{"Upload-Checksum": header})
    assert response.status_code in (400, 460)
    assert site.offset(url) == 0


@pytest.mark.parametrize("upload_id", ["0" * 32, "nothing", "..%2f..%2fetc", "a" * 5000])
def test_unknown_upload(site, upload_id):
    url = f"/api/v1/uploads/{upload_id}"
    assert site.head(url).status_code == 404
    assert "Upload-Offset" not in site.head(url).headers
    assert site.patch(url, 0, b"abc").status_code == 404
    assert site.http.get(url).status_code == 404


def test_empty_file_is_complete_and_refused(site):
    created = site.create(0)
    body = problem(created, 422, "unreadable-video")
    assert "empty" in body["detail"]
    url = created.headers["Location"]
    assert site.http.get(url).json()["state"] == "refused"
    assert problem(site.patch(url, 0, b""), 422, "unreadable-video")["detail"] == body["detail"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "content",
    quick(
        1,
        [
            b"just some text",
            b"<!DOCTYPE html><script>alert(1)</script>",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n",
            b"ffconcat version 1.0\nfile data\n",
        ],
    ),
)
def test_no_video_is_refused_and_stays_refused(site, content):
    url = site.create(len(content)).headers["Location"]
    response = site.patch(url, 0, content)
    body = problem(response, 422, "unreadable-video")
    assert body["hint"]
    assert response.headers["Upload-Offset"] == str(len(content))
    resumed = site.head(url)
    assert resumed.status_code == 422
    assert "Upload-Offset" not in resumed.headers
    assert problem(site.patch(url, len(content), b""), 422, "unreadable-video")["hint"]


@pytest.mark.slow
def test_truncated_video_is_refused(site, clip):
    assert site.upload(clip(4)[:200]).status_code == 422


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "shown"),
    quick(
        2,
        [
            ("../../etc/passwd", "passwd"),
            ("/etc/passwd", "passwd"),
            ("C:\\videos\\jump.mp4", "jump.mp4"),
            ("a\0b.mp4", "ab.mp4"),
            ("-y.mp4", "-y.mp4"),
            ("跳远.mp4", "跳远.mp4"),
            ("x" * 300, "x" * 200),
            ("..", "video"),
            ("", "video"),
            ("<img src=x onerror=alert(1)>.mp4", "<img src=x onerror=alert(1)>.mp4"),
            ("javascript:alert(1)", "javascript:alert(1)"),
        ],
    ),
)
def test_names_are_only_shown(site, clip, name, shown):
    response = site.upload(clip(hash(name) % 2**32), name)
    assert response.status_code == 204
    video = site.http.get(f"/api/v1/videos/{response.headers['Kairoscope-Video']}")
    assert video.json()["name"] == shown
    assert video.headers["content-type"] == "application/json"
    assert video.headers["X-Content-Type-Options"] == "nosniff"
    names = {path.name for path in site.settings.data_dir.rglob("*")}
    assert not any("passwd" in name or "jump" in name for name in names)


def test_termination(site, upload_folder):
    url = site.create(10).headers["Location"]
    site.patch(url, 0, b"abc")
    gone = site.http.delete(url, headers={"Tus-Resumable": "1.0.0"})
    assert gone.status_code == 204
    assert not upload_folder(url).exists()
    assert site.head(url).status_code == 404


@pytest.mark.slow
def test_terminating_a_finished_upload_keeps_the_video(site, clip):
    content = clip(5)
    url = site.create(len(content)).headers["Location"]
    video_id = site.patch(url, 0, content).headers["Kairoscope-Video"]
    assert site.http.delete(url, headers={"Tus-Resumable": "1.0.0"}).status_code == 204
    assert site.http.get(f"/api/v1/videos/{video_id}").status_code == 200


def test_method_override(site):
    url = site.create(10).headers["Location"]
    override = {"X-HTTP-Method-Override": "PATCH", "Upload-Offset": "0", "Tus-Resumable": "1.0.0"}
    content_type = {"Content-Type": "application/offset+octet-stream"}
    response = site.http.post(url, content=b"abc", headers=override | content_type)
    assert (response.status_code, response.headers["Upload-Offset"]) == (204, "3")
    override["X-HTTP-Method-Override"] = "BREW"
    problem(site.http.post(url, headers=override), 400, "invalid-upload-request")


@pytest.mark.slow
def test_finishing_again_gives_the_same_answer(site, clip, upload_folder):
    content = clip(6)
    url = site.create(len(content)).headers["Location"]
    first = site.patch(url, 0, content)
    again = site.patch(url, len(content), b"")
    assert again.status_code == 204
    assert again.headers["Kairoscope-Video"] == first.headers["Kairoscope-Video"]
    assert site.head(url).headers["Kairoscope-Video"] == first.headers["Kairoscope-Video"]
    assert sorted(path.name for path in upload_folder(url).iterdir()) == ["info.json", "lock"]


@pytest.mark.slow
def test_locked_while_finishing(site, clip, monkeypatch):
    content, add_video = clip(7), type(site.service).add_video
    entered, leave = threading.Event(), threading.Event()

    def slow(self, path, name):
        entered.set()
        assert leave.wait(60)
        return add_video(self, path, name)

    monkeypatch.setattr(type(site.service), "add_video", slow)
    url = site.create(len(content)).headers["Location"]
    answers = []
    writer = threading.Thread(target=lambda: answers.append(site.patch(url, 0, content)))
    writer.start()
    assert entered.wait(60)
    problem(site.patch(url, len(content), b""), 423, "upload-locked")
    response = site.http.delete(url, headers={"Tus-Resumable": "1.0.0"})
    problem(response, 423, "upload-locked")
    asked = site.head(url)
    assert asked.status_code == 423
    assert "Upload-Offset" not in asked.headers
    assert site.http.get(url).json()["state"] == "finishing"
    leave.set()
    writer.join()
    assert answers[0].status_code == 204
    assert answers[0].headers["Kairoscope-Video"]


def test_uploads_are_not_listed(site):
    site.create(10)
    assert site.http.get("/api/v1/uploads").status_code == 404


def test_too_many_unfinished(serve):
    site = serve(max_uploads=2)
    urls = [site.create(10).headers["Location"] for _ in range(2)]
    response = site.create(10)
    problem(response, 429, "too-many-uploads")
    assert int(response.headers["Retry-After"]) > 0
    site.http.delete(urls[0], headers={"Tus-Resumable": "1.0.0"})
    assert site.create(10).status_code == 201
