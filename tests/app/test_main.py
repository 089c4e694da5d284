"""The web process as a whole."""

import base64
import hashlib
import re
import subprocess
import sys

import pytest

ROUTES = {
    "/api/v1/uploads": {"post", "options"},
    "/api/v1/uploads/{upload_id}": {"head", "patch", "get", "delete"},
    "/api/v1/videos": {"get", "post"},
    "/api/v1/videos/tags": {"get", "patch"},
    "/api/v1/videos/delete": {"post"},
    "/api/v1/videos/restore": {"post"},
    "/api/v1/storage": {"get"},
    "/api/v1/videos/{video_id}": {"get", "patch", "delete"},
    "/api/v1/videos/{video_id}/restore": {"post"},
    "/api/v1/videos/{video_id}/preview.mp4": {"get"},
    "/api/v1/videos/{video_id}/original": {"get"},
    "/api/v1/videos/{video_id}/thumbnail.jpg": {"get"},
    "/api/v1/videos/{video_id}/sprites.json": {"get"},
    "/api/v1/videos/{video_id}/sprite_{number}.jpg": {"get"},
    "/api/v1/videos/{video_id}/frames/{index}.jpg": {"get"},
    "/api/v1/videos/{video_id}/flow/{index}.jpg": {"get"},
    "/api/v1/videos/{video_id}/annotations": {"get", "put", "delete"},
    "/api/v1/analyses": {"get", "post"},
    "/api/v1/analyses/{job_id}": {"get", "delete"},
    "/api/v1/analyses/{job_id}/result": {"get"},
    "/api/v1/analyses/{job_id}/scores": {"get"},
    "/api/v1/analyses/{job_id}/export/{export_format}": {"get"},
    "/api/v1/analyses/{job_id}/events": {"get"},
    "/api/v1/methods": {"get"},
    "/api/v1/plugins": {"get"},
    "/api/v1/models": {"get"},
    "/api/v1/reproductions": {"get"},
    "/api/v1/reproductions/{name}": {"get"},
    "/api/v1/reproductions/{name}/tables/{section}/{number}.csv": {"get"},
    "/api/v1/reproductions/{name}/report.html": {"get"},
    "/api/v1/videos/export/{table_format}": {"get"},
    "/api/v1/cases/{slug}/export/{table_format}": {"get"},
    "/api/v1/models/export/{table_format}": {"get"},
    "/api/v1/models/{name}/curves.csv": {"get"},
    "/api/v1/imports": {"get", "post"},
    "/api/v1/imports/{import_id}": {"get", "delete"},
    "/api/v1/system": {"get"},
    "/healthz": {"get"},
    "/readyz": {"get"},
    "/metrics": {"get"},
}


@pytest.mark.slow
def test_the_web_process_loads_no_torch(tmp_path):
    program = (
        "import sys; from app.main import create_app; from worker.settings import Settings;"
        f"create_app(Settings(data_dir={str(tmp_path)!r}));"
        "print(sorted(name for name in sys.modules if name.split('.')[0] in ('torch', 'cv2')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


def test_pages_answer_with_the_app(site):
    for path in ("/", "/v/abc"):
        response = site.http.get(path)
        assert response.status_code == 200
        assert "DashRenderer" in response.text


def test_every_inline_script_is_allowed_by_its_hash(site):
    response = site.http.get("/")
    policy = response.headers["Content-Security-Policy"]
    inline = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>(.*?)</script>", response.text, re.S)
    executed = [text for attributes, text in inline if "application/json" not in attributes]
    assert executed
    for text in executed:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def test_health_and_metrics(site):
    assert site.http.get("/healthz").json() == {"status": "ok"}
    metrics = site.http.get("/metrics")
    assert metrics.headers["content-type"].startswith("text/plain")
    for line in ("kairoscope_videos 0.0", 'kairoscope_analyses{state="queued"} 0.0'):
        assert line in metrics.text


def test_not_ready_without_a_broker(site):
    response = site.http.get("/readyz")
    assert response.status_code == 503
    assert "broker" in response.json()["detail"]
    assert response.headers["Retry-After"]


def test_the_reference_lists_every_route_and_its_problems(site):
    assert site.http.get("/docs").status_code == 200
    document = site.http.get("/api/openapi.json").json()
    paths = document["paths"]
    assert {path: set(operations) for path, operations in paths.items()} == ROUTES
    missing = paths["/api/v1/videos/{video_id}"]["get"]["responses"]["404"]["content"]
    assert list(missing) == ["application/problem+json"]
    assert "HTTPValidationError" not in document["components"]["schemas"]
    assert "Problem" in document["components"]["schemas"]


def test_methods_describe_their_parameters(site):
    methods = {method["name"]: method for method in site.http.get("/api/v1/methods").json()}
    assert {"rtsae", "sms", "average", "ranktracing", "superframes", "uniform"} <= set(methods)
    for method in methods.values():
        assert method["title"]
        assert method["description"]
        assert all(parameter["help"] for parameter in method["parameters"])


@pytest.mark.parametrize("path", ["js/docs.js", "vendor/swagger-ui/swagger-ui.css"])
def test_static_files_are_revalidated_or_kept(site, path):
    first = site.http.get(f"/static/{path}")
    assert first.status_code == 200
    assert ("max-age" in first.headers["Cache-Control"]) == path.startswith("vendor/")
    again = site.http.get(f"/static/{path}", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path", ["../pyproject.toml", "%2e%2e/pyproject.toml", "..%2fpyproject.toml"]
)
def test_static_stays_in_its_folder(site, path):
    assert b"[project]" not in site.http.get(f"/static/{path}").content
