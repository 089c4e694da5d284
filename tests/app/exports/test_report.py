"""The report as a document; tests/browser/test_report.py opens it."""

import base64
import json
from html.parser import HTMLParser

from app.exports import report
from app.exports.report import MOST_THUMBNAILS
from app.exports.source import Source
from model.types import Analysis
from tests.app.exports.conftest import clip, keyframes, stills


class Document(HTMLParser):
    """Tags, visible text and scripts."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.data: dict[str, str] = {}
        self._in = ""
        self.feed(content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._in = tag

    def handle_data(self, data: str) -> None:
        if self._in == "script" and (key := self.tags[-1][1].get("id")):
            self.data[key] = self.data.get(key, "") + data
        elif self._in not in ("script", "style"):
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        self._in = ""


def test_the_report_shows_everything_and_no_name_becomes_markup(odd: Source) -> None:
    document = Document(report.write(odd))
    assert document.text.strip().startswith("跳 <b>-->.mp4 · Kairoscope")
    for shown in (
        "a stall at 1 s </script>",
        "=cmd|' /C calc'!A0",
        "SMS (reconstruction)",
        "RTSAE (attention)",
        "sigma 1.5",
        "coverage",
        "0.500",
        "ab" * 32,
        "-n",
    ):
        assert shown in document.text
    tags = [tag for tag, _ in document.tags]
    assert "b" not in tags
    assert "i" not in tags
    assert set(document.data) == {"attention", "diagnostics", "analysis"}
    for text in document.data.values():
        assert json.loads(text)


def test_thumbnails_are_inside(odd: Source) -> None:
    images = [about for tag, about in Document(report.write(odd)).tags if tag == "img"]
    wanted = [int(i) for kept in odd.analysis.methods.values() for i in kept.index_K]
    assert [image["alt"] for image in images] == [f"Frame {index}" for index in wanted]
    scheme, _, content = str(images[0]["src"]).partition(",")
    assert scheme == "data:image/jpeg;base64"
    assert base64.b64decode(content) == b"JPEG of frame 0, 240"


def test_nothing_is_asked_of_anyone(odd: Source) -> None:
    document = Document(report.write(odd))
    addresses = [about.get(key) or "" for _, about in document.tags for key in ("src", "href")]
    assert {address.split(",")[0] for address in addresses} == {"", "data:image/jpeg;base64"}
    [policy] = [about["content"] for tag, about in document.tags if "http-equiv" in about]
    assert str(policy).startswith("default-src 'none';")


def test_many_keyframes_are_shown_evenly_and_the_report_says_so() -> None:
    chosen = clip([index / 25 for index in range(500)], 20.0)
    analysis = Analysis(chosen, None, {"all": keyframes("all", chosen, range(500))})
    document = Document(report.write(Source(analysis, "all.mp4", stills)))
    shown = [about["alt"] for tag, about in document.tags if tag == "img"]
    assert len(shown) == MOST_THUMBNAILS
    assert (shown[0], shown[-1]) == ("Frame 0", "Frame 499")
    assert "60 of 500 keyframes are shown." in document.text
    assert set(document.data) == {"analysis"}
