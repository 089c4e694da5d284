"""Probing hostile and broken files: a refusal with cause and fix, nothing else opened."""

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import av
import numpy as np
import pytest

from model.errors import UnreadableVideo, VideoTooLarge
from model.video.limits import Limits
from model.video.probe import probe, sha256_of
from tests.clips import grey_frames, turn, write_clip, write_tone
from tests.marks import quick

ROOT = Path(__file__).resolve().parents[2]
FOREIGN = "not a readable video in an accepted container"


def refusal(path, limits=None):
    with pytest.raises(UnreadableVideo) as caught:
        probe(path, limits)
    assert caught.value.hint
    return caught.value.message


def test_a_good_file(tmp_path):
    path = turn(write_clip(tmp_path / "a.mp4", grey_frames(10)), 1)
    found = probe(path)
    assert (found.codec, found.container) == ("h264", "MP4/MOV")
    assert (found.width, found.height, found.rotation) == (48, 64, 270)
    assert (found.claimed_frames, found.has_audio) == (10, False)
    assert found.claimed_duration_s == pytest.approx(0.4)


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    quick(
        2,
        [
            b"hello\n" * 100,
            b"<html><script>alert(1)</script></html>",
            b'<svg xmlns="http://www.w3.org/2000/svg"></svg>',
            b"\x89PNG\r\n\x1a\n" + bytes(64),
            bytes(4096),
            b"\0\0\0\x10ftypisom\0\0\0\0" + b"\0\0\0\x01free" + b"\x7f" + b"\xff" * 7 + bytes(64),
        ],
    ),
)
def test_other_files_named_mp4(tmp_path, text):
    path = tmp_path / "a.mp4"
    path.write_bytes(text)
    message = refusal(path)
    assert FOREIGN in message or "moov atom" in message


@pytest.mark.slow
def test_a_real_picture_is_no_video(tmp_path):
    path = tmp_path / "a.mp4"
    encoder = av.CodecContext.create("png", "w")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = 32, 32, "rgb24", 1
    frame = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), "rgb24")
    path.write_bytes(b"".join(map(bytes, encoder.encode(frame))))
    assert FOREIGN in refusal(path)


def test_zero_bytes(tmp_path):
    path = tmp_path / "empty.mp4"
    path.touch()
    assert refusal(path) == "the file is empty: 0 bytes"


@pytest.mark.slow
def test_not_a_file(tmp_path):
    assert refusal(tmp_path) == "not a regular file"
    os.mkfifo(tmp_path / "pipe.mp4")
    assert refusal(tmp_path / "pipe.mp4") == "not a regular file"


def test_a_missing_file_is_a_callers_mistake(tmp_path):
    with pytest.raises(FileNotFoundError):
        probe(tmp_path / "nowhere.mp4")


@pytest.mark.slow
def test_sound_only(tmp_path):
    message = refusal(write_tone(tmp_path / "a.mp4"))
    assert message == "the file has no video stream (it has: audio)"


@pytest.mark.slow
def test_cut_off_before_its_index(tmp_path):
    path = write_clip(tmp_path / "a.mp4", grey_frames(20))
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"moov") - 4])
    assert "index (moov atom) is missing" in refusal(path)


@pytest.mark.slow
def test_nothing_decodes(tmp_path):
    path = write_clip(tmp_path / "a.mp4", grey_frames(12), container={"movflags": "+faststart"})
    data = bytearray(path.read_bytes())
    start = data.index(b"mdat") + 4
    data[start:] = bytes(len(data) - start)
    path.write_bytes(data)
    assert refusal(path) == "no decodable frames of 12 claimed"


@pytest.fixture
def listener():
    """A server that nobody may call; yields its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(TimeoutError):
            server.accept()


PLAYLISTS = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{target}\n#EXT-X-ENDLIST\n",
    "ffconcat": "ffconcat version 1.0\nfile '{target}'\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static">'
    "<Period><AdaptationSet><Representation><BaseURL>{target}</BaseURL></Representation>"
    "</AdaptationSet></Period></MPD>",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n{target}",
}


@pytest.mark.parametrize("kind", quick(1, PLAYLISTS))
def test_a_playlist_calls_no_host(tmp_path, kind, listener):
    path = tmp_path / "a.mp4"
    path.write_text(PLAYLISTS[kind].format(target=f"{listener}/a.ts"))
    assert FOREIGN in refusal(path)


@pytest.mark.slow
@pytest.mark.parametrize("kind", quick(1, PLAYLISTS))
def test_a_playlist_opens_no_sibling(tmp_path, kind):
    """The sibling is a pipe: whoever opens it for reading lets our writer through."""
    sibling, opened = tmp_path / "sibling.ts", threading.Event()
    os.mkfifo(sibling)

    def wait_for_a_reader():
        with open(sibling, "wb"):
            opened.set()

    threading.Thread(target=wait_for_a_reader, daemon=True).start()
    path = tmp_path / "a.mp4"
    path.write_text(PLAYLISTS[kind].format(target="sibling.ts"))
    assert FOREIGN in refusal(path)
    assert not opened.wait(0.1)
    os.close(os.open(sibling, os.O_RDONLY))  # lets the thread end, and proves that it could
    assert opened.wait(2)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", quick(1, ["concat:x.mp4", "http:x.mp4", "a%03d.mp4", "-y.mp4", "ü\n.mp4"])
)
def test_names_mean_nothing(tmp_path, name):
    path = write_clip(tmp_path / "plain.mp4", grey_frames(2)).rename(tmp_path / name)
    assert probe(path).claimed_frames == 2


def gif_header(width, height):
    """A GIF that claims a screen of this size and holds one pixel."""
    size = width.to_bytes(2, "little") + height.to_bytes(2, "little")
    picture = b"\x2c" + bytes(4) + b"\x01\x00\x01\x00\x00" + b"\x02\x02\x44\x01\x00"
    return b"GIF89a" + size + b"\x80\x00\x00" + bytes([0, 0, 0, 255, 255, 255]) + picture + b"\x3b"


def flv_of(path, width, height):
    """A Sorenson H.263 clip in FLV, which has no size in its header, whose frames claim one."""
    data = bytearray(write_clip(path, grey_frames(2, 512, 16), codec="flv1").read_bytes())
    start = data.index(b"\x12\x00\x00\x84") + 1  # a key frame's picture: bits 33 to 65 its size
    picture = int.from_bytes(data[start : start + 9], "big")
    picture ^= ((512 << 16 | 16) ^ (width << 16 | height)) << 7
    data[start : start + 9] = picture.to_bytes(9, "big")
    return bytes(data)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["gif", "flv"])
def test_a_small_file_of_huge_frames_costs_little(tmp_path, kind):
    path = tmp_path / f"huge.{kind}"
    made = gif_header(16_000, 16_000) if kind == "gif" else flv_of(path, 16_000, 16_000)
    path.write_bytes(made)
    script = (
        "import resource, sys\n"
        "from model.errors import VideoTooLarge\n"
        "from model.video.probe import probe\n"
        "try:\n"
        "    probe(sys.argv[1])\n"
        "except VideoTooLarge as error:\n"
        "    print(error)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, cwd=ROOT
    )
    message, mebibytes = answer.stdout.splitlines()
    assert message.startswith("frames of 16000 x 16000 = 256,000,000 pixels; at most 35,389,440")
    assert int(mebibytes) < 200


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "codec"), [("a.flv", "flv1"), ("a.mp4", "mpeg4"), ("a.m4v", "mpeg4")]
)
def test_sizes_that_only_frames_tell(tmp_path, name, codec):
    path = write_clip(tmp_path / name, grey_frames(3, 640, 480), codec=codec)
    assert (probe(path).width, probe(path).height) == (640, 480)
    for most in (100_000, 300_000):  # twice of it is too little for a frame, and enough
        with pytest.raises(VideoTooLarge, match=r"^frames of 640 x 480 = 307,200 pixels"):
            probe(path, Limits(max_pixels=most))


@pytest.mark.slow
def test_limits_on_what_the_header_claims(tmp_path):
    path = write_clip(tmp_path / "a.mp4", grey_frames(50))
    size = path.stat().st_size
    cases = [
        (Limits(max_frames=49), "the video has 50 frames; at most 49"),
        (Limits(max_duration_s=1), "the video lasts 2 s; at most 1 s"),
        (Limits(max_pixels=1000), "frames of 64 x 48 = 3,072 pixels; at most 1,000"),
        (Limits(max_bytes=size - 1), f"the file has {size:,} bytes; at most {size - 1:,}"),
    ]
    for limits, message in cases:
        with pytest.raises(VideoTooLarge, match=f"^{message}") as caught:
            probe(path, limits)
        assert caught.value.hint


def test_sha256(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256_of(path) == known
