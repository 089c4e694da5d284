"""Who is let in, what a browser is told, and the one shape of every refusal."""

import socket
import time
from contextlib import ExitStack

import httpx
import pytest

from app import security
from app.main import create_app
from tests.app.conftest import CHUNK
from worker.errors import CannotServe
from worker.settings import Settings

FIELDS = {"type", "title", "status", "detail", "hint", "request_id"}


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "[", "0.0.0.0"])
def test_foreign_host_names_are_refused(site, host):
    response = site.http.get("/api/v1/videos", headers={"Host": host})
    assert response.status_code == 403
    assert set(response.json()) == FIELDS


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8050", "LOCALHOST", "[::1]:8050"])
def test_own_host_names_are_served(site, host):
    assert site.http.get("/api/v1/videos", headers={"Host": host}).status_code == 200


def test_configured_host_names_are_served(serve):
    site = serve(hosts="lab.example, Other.example")
    for host in ("lab.example", "other.example:443"):
        assert site.http.get("/healthz", headers={"Host": host}).status_code == 200
    assert site.http.get("/healthz", headers={"Host": "third.example"}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://["},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_foreign_pages_change_nothing(site, headers):
    length = {"Tus-Resumable": "1.0.0", "Upload-Length": "10"}
    before = list((site.settings.data_dir / "uploads").iterdir())
    response = site.http.post("/api/v1/uploads", headers=length | headers)
    assert response.status_code == 403
    assert list((site.settings.data_dir / "uploads").iterdir()) == before
    dash = site.http.post("/_dash-update-component", json={}, headers=headers)
    assert dash.status_code == 403


def test_own_page_may_change_things(site):
    own = {"Origin": f"http://127.0.0.1:{site.port}", "Sec-Fetch-Site": "same-origin"}
    assert site.create(10, **own).status_code == 201


def test_no_cross_origin_reading(site):
    response = site.http.get("/api/v1/videos", headers={"Origin": "http://evil.example"})
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize("path", ["/", "/v/x", "/api/v1/videos", "/api/no", "/static/none.js"])
def test_security_headers_are_everywhere(site, path):
    headers = site.http.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe" not in scripts
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert len(headers["X-Request-ID"]) == 16


def test_an_unexpected_error_says_nothing_but_its_id(site, monkeypatch, caplog):
    def broken(self, *_):
        raise ZeroDivisionError("a secret of the server")

    monkeypatch.setattr(type(site.service), "get_video", broken)
    response = site.http.get("/api/v1/videos/x")
    assert response.status_code == 500
    assert set(response.json()) == FIELDS
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Request-ID"] == response.json()["request_id"]
    [record] = [record for record in caplog.records if record.name == "app.api.problems"]
    assert response.json()["request_id"] in record.getMessage()
    assert record.exc_info[0] is ZeroDivisionError


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1", "/api/v2/videos", "/api/v1/nope/x"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "HEAD"])
def test_unknown_api_paths_are_404_as_json(site, path, method):
    response = site.http.request(method, path)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


def test_large_bodies_are_refused_unread(site):
    with socket.create_connection(("127.0.0.1", site.port)) as stream:
        stream.sendall(
            f"POST /api/v1/analyses HTTP/1.1\r\nHost: localhost:{site.port}\r\n"
            "Content-Type: application/json\r\nContent-Length: 9000000\r\n\r\n".encode()
        )
        stream.settimeout(60)
        answer = stream.recv(4096)
    assert b" 413 " in answer.split(b"\r\n")[0]
    assert b"application/problem+json" in answer


def test_more_requests_at_a_time_than_the_limit_are_refused_until_some_end(site, monkeypatch):
    urls = [httpx.URL(site.create(10).headers["Location"]).path for _ in range(8)]
    monkeypatch.setattr(security, "MAX_IN_FLIGHT", 2)
    with ExitStack() as held:
        for url in urls:  # one after the other: what has just been answered may count for a moment
            stream = held.enter_context(socket.create_connection(("127.0.0.1", site.port)))
            head = f"PATCH {url} HTTP/1.1\r\nHost: localhost:{site.port}\r\n"
            tus = f"Tus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: {CHUNK}\r\n"
            stream.sendall(f"{head}{tus}Content-Length: 10\r\n\r\nabc".encode())
            time.sleep(0.1)
            answer = site.http.get("/api/v1/videos")
            if answer.status_code == 429:
                break
        assert answer.status_code == 429
        assert answer.json()["hint"] == "Try again in a moment."
    for _ in range(600):  # their ends are noticed in their own time
        if site.http.get("/api/v1/videos").status_code == 200:
            break
        time.sleep(0.1)
    else:
        pytest.fail("requests are refused for ever")


@pytest.mark.parametrize("path", ["/api/v1/videos", "/api/v1/analyses", "/_dash-update-component"])
def test_an_endless_body_is_cut_off(site, path):
    """A multipart field without an end, in chunks: refused after the limit, not collected."""
    sent = 0

    def endless():
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n'
        while sent < 64 * 2**20:
            sent += 65536
            yield b"a" * 65536

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    try:
        status = site.http.post(path, content=endless(), headers=headers).status_code
    except (httpx.WriteError, httpx.ReadError):  # closed on us while we sent
        status = 413
    assert status in (413, 500)  # 500: Dash's own answer on its own path
    assert sent < 32 * 2**20


@pytest.fixture(scope="module")
def locked_site(serve):
    """A server with a token."""
    return serve(token="s3cret")


def test_the_token_is_required(locked_site):
    for path in ("/", "/api/v1/videos", "/metrics", "/static/js/docs.js"):
        response = locked_site.http.get(path)
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("given", ["Bearer wrong", "s3cret", "Basic s3cret", "Bearer", "é"])
def test_the_token_must_be_right(locked_site, given):
    headers = {"Authorization": given.encode()}
    assert locked_site.http.get("/api/v1/videos", headers=headers).status_code == 401


def test_the_token_opens_the_api(locked_site):
    headers = {"Authorization": "Bearer s3cret"}
    assert locked_site.http.get("/api/v1/videos", headers=headers).status_code == 200


def test_health_needs_none(locked_site):
    assert locked_site.http.get("/healthz").status_code == 200


def test_the_token_becomes_a_cookie(locked_site):
    with httpx.Client(base_url=locked_site.http.base_url) as browser:
        assert browser.get("/?token=wrong").status_code == 401
        response = browser.get("/v/x?token=s3cret&a=b")
        assert (response.status_code, response.headers["Location"]) == (303, "/v/x?a=b")
        cookie = response.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "s3cret" not in cookie
        assert browser.get("/api/v1/videos").status_code == 200
        away = browser.get("//evil.example/?token=s3cret", follow_redirects=False)
        assert not away.headers.get("Location", "").startswith("//")


def test_websockets_need_it(locked_site):
    with socket.create_connection(("127.0.0.1", locked_site.port)) as stream:
        stream.sendall(
            f"GET /_dash-ws-callback HTTP/1.1\r\nHost: localhost:{locked_site.port}\r\n"
            f"Origin: http://localhost:{locked_site.port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
        )
        assert b" 403 " in stream.recv(4096).split(b"\r\n")[0]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5"])
def test_open_to_everyone_without_token_is_refused(tmp_path, host):
    with pytest.raises(CannotServe, match="token") as refusal:
        create_app(Settings(data_dir=tmp_path, host=host))
    assert "KAIROSCOPE_TOKEN" in refusal.value.hint
