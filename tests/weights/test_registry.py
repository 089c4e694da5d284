"""Pulling weights: sources in order, hashes first, the file whole or not at all."""

import hashlib
import http.server
import threading
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from model.errors import InvalidParameter
from model.weights import fetch, package, registry
from model.weights.cards import describe

CONTENT = b"two weights"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Converter:
    """Stands in for a converter's module."""

    RECIPE, ARCHITECTURE = {"size": 224}, {"kind": "two"}

    @staticmethod
    def convert(file: Path) -> dict[str, torch.Tensor]:
        assert file.read_bytes() == CONTENT
        return {"weight": torch.tensor([1.0, 2.0])}


@pytest.fixture
def pull(tmp_path, monkeypatch):
    """`pull(sources)` of an entry with these; places are answered from `contents`."""
    contents: dict[str, bytes] = {}
    asked: list[str] = []

    def get(place: str, target: Path) -> None:
        asked.append(place)
        if place not in contents:
            raise fetch.WeightsUnavailable(f"{place}: no answer")
        target.write_bytes(contents[place])

    monkeypatch.setattr(fetch, "download", get)
    monkeypatch.setattr(package, "from_package", lambda place, *more: get(place, more[-1]))
    monkeypatch.setattr(registry.importlib, "import_module", lambda name: Converter)

    def run(*places: str, note=lambda line: None) -> Path:
        sources = tuple(registry.Source(place, SHA256, "a/two.ckpt") for place in places)
        entry = registry.Entry("two", "backbone", "two weights", "MIT", sources, "converter")
        monkeypatch.setattr(registry, "ENTRIES", (entry,))
        return registry.pull("two", tmp_path / "weights", note)

    run.contents, run.asked = contents, asked
    return run


def test_the_official_place_comes_first_and_the_package_when_it_fails(pull):
    pull.contents["package==1"] = CONTENT
    notes = []
    path = pull("https://official/two.pth", "package==1", note=notes.append)
    assert pull.asked == ["https://official/two.pth", "package==1"]
    assert notes == ["https://official/two.pth: no answer"]
    assert load_file(path)["weight"].tolist() == [1.0, 2.0]


def test_what_was_pulled_says_where_it_is_from_and_is_not_pulled_again(pull):
    pull.contents["https://official/two.pth"] = CONTENT
    path = pull("https://official/two.pth")
    described = describe(path)
    assert described.task == "backbone"
    assert described.architecture == {"kind": "two"}
    assert described.card["source"] == "https://official/two.pth"
    assert described.card["source_sha256"] == SHA256
    assert described.card["licence"] == "MIT"
    assert pull("https://official/two.pth") == path
    assert len(pull.asked) == 1


def test_a_file_of_another_hash_is_never_converted(pull, tmp_path):
    pull.contents["https://official/two.pth"] = b"something else"
    with pytest.raises(fetch.WeightsUnavailable, match=f"wanted sha256 {SHA256}"):
        pull("https://official/two.pth")
    assert not list((tmp_path / "weights").glob("*"))


def test_every_failure_is_told(pull):
    with pytest.raises(fetch.WeightsUnavailable, match="https://a: no answer; b==1: no answer"):
        pull("https://a", "b==1")


def test_what_ships_is_not_to_be_pulled(tmp_path):
    assert registry.get("attention").find(tmp_path).is_file()
    assert registry.pull("attention", tmp_path).is_file()
    entry = registry.Entry("own", "recognition", "", "")
    with pytest.raises(registry.MissingWeights, match="own are not at"):
        entry.find(tmp_path)
    with pytest.raises(InvalidParameter, match="nosuch") as caught:
        registry.get("nosuch")
    assert "i3d-kinetics400" in caught.value.hint


def test_every_entry_from_elsewhere_has_a_hash_and_a_converter():
    for entry in registry.ENTRIES:
        assert bool(entry.sources) == bool(entry.converter)
        for source in entry.sources:
            assert len(source.sha256) == 64
            assert source.place.startswith("https://") or "==" in source.place
            assert ("==" in source.place) == (len(source.archive_sha256) == 64)


class Silent(http.server.BaseHTTPRequestHandler):
    """Answers the good address, and never the other one."""

    def do_GET(self) -> None:
        if self.path == "/silent":
            self.server.release.wait(10)  # type: ignore[attr-defined]
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT)

    def log_message(self, *arguments: object) -> None: ...


@pytest.fixture
def server():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Silent)
    server.release = threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.release.set()  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_download_is_the_bytes_and_a_silent_server_is_given_up(server, tmp_path):
    fetch.download(f"{server}/good", tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == CONTENT
    with pytest.raises(fetch.WeightsUnavailable, match="/silent"):
        fetch.download(f"{server}/silent", tmp_path / "y", timeout_s=0.2)
