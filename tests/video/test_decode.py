"""Decoding: the right pictures, upright, in order, at the right times, whatever the file."""

import gc

import av
import numpy as np
import pytest

from model.errors import InvalidValue, UnreadableVideo, VideoTooLarge
from model.video.decode import open_clip
from model.video.images import Upright
from model.video.limits import Limits
from model.video.source import Source
from tests.clips import CLOCK, corner_frame, grey_frames, levels, turn, write_clip
from tests.marks import quick


def decode(path, **options):
    with open_clip(path, **options) as stream:
        batches = list(stream)
    return np.concatenate([batch.frames_NHWC for batch in batches]), stream.clip, batches


def greys(frames_THWC):
    return frames_THWC.mean(axis=(1, 2, 3))


def assert_same_greys(frames_THWC, T, tolerance=2.5):
    np.testing.assert_allclose(greys(frames_THWC), levels(T), atol=tolerance)


@pytest.mark.slow
def test_batches_are_consecutive_and_squeezed_to_the_square(tmp_path):
    path = write_clip(tmp_path / "a.mp4", grey_frames(10), options={"bf": "0"})
    frames, clip, batches = decode(path, batch=4)
    assert [(batch.start, len(batch.times_N)) for batch in batches] == [(0, 4), (4, 4), (8, 2)]
    assert frames.shape == (10, 224, 224, 3)
    assert frames.dtype == np.uint8
    assert all(batch.flows_NHW2 is None for batch in batches)
    assert_same_greys(frames, 10)
    info = clip.info
    assert (info.width, info.height, info.codec, info.container) == (64, 48, "h264", "MP4/MOV")
    assert (info.frames, info.claimed_frames, info.warnings) == (10, 10, ())
    assert info.duration_s == pytest.approx(0.4)
    np.testing.assert_allclose(clip.times_T, np.arange(10) / 25)


@pytest.mark.slow
def test_b_frames_come_in_presentation_order(tmp_path):
    options = {"bf": "3", "b-adapt": "0", "g": "30"}
    path = write_clip(tmp_path / "b.mp4", grey_frames(24), options=options)
    with av.open(str(path)) as file:
        packets = [packet.pts for packet in file.demux(video=0) if packet.pts is not None]
    assert packets != sorted(packets)
    frames, clip, _ = decode(path)
    assert_same_greys(frames, 24)
    np.testing.assert_allclose(clip.times_T, np.arange(24) / 25, atol=1e-9)


@pytest.mark.parametrize("suffix", quick(1, [".mp4", ".mkv"]))
def test_variable_frame_rate_keeps_each_time(tmp_path, suffix):
    times = [0.0, 0.04, 0.5, 0.52, 2.0, 2.1]
    path = write_clip(tmp_path / f"v{suffix}", grey_frames(6), times=times)
    frames, clip, _ = decode(path)
    np.testing.assert_allclose(clip.times_T, times, atol=0.0011)
    assert_same_greys(frames, 6)


@pytest.mark.slow
def test_a_delayed_start_begins_at_zero(tmp_path):
    times = [7.0, 7.1, 7.2, 7.4]
    _, clip, _ = decode(write_clip(tmp_path / "late.mkv", grey_frames(4), times=times))
    np.testing.assert_allclose(clip.times_T, [0, 0.1, 0.2, 0.4], atol=0.0011)


@pytest.mark.slow
def test_an_edit_list_hides_frames(tmp_path):
    whole = write_clip(tmp_path / "whole.mp4", grey_frames(20), options={"bf": "0", "g": "20"})
    cut = tmp_path / "cut.mp4"
    options = {"avoid_negative_ts": "disabled", "use_editlist": "1"}
    with av.open(str(whole)) as source, av.open(str(cut), "w", options=options) as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is None:
                continue
            shift = round(8 / 25 / packet.time_base)
            packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
            packet.stream = stream
            out.mux(packet)
    assert b"elst" in cut.read_bytes()
    frames, clip, _ = decode(cut)
    assert clip.info.frames == 12
    np.testing.assert_allclose(greys(frames), levels(20)[8:], atol=2.5)
    np.testing.assert_allclose(clip.times_T, np.arange(12) / 25, atol=1e-6)
    assert clip.info.warnings == ("the header claims 20 frames, 12 were decoded",)


RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("clockwise", "flipped", "size", "corners"),
    quick(
        2,
        [
            (0, False, (96, 64), (RED, GREEN, BLUE, WHITE)),
            (1, False, (64, 96), (BLUE, RED, WHITE, GREEN)),
            (2, False, (96, 64), (WHITE, BLUE, GREEN, RED)),
            (3, False, (64, 96), (GREEN, WHITE, RED, BLUE)),
            (0, True, (96, 64), (BLUE, WHITE, RED, GREEN)),  # upside down
            (1, True, (64, 96), (RED, BLUE, GREEN, WHITE)),  # transposed
            (2, True, (96, 64), (GREEN, RED, WHITE, BLUE)),  # left for right
            (3, True, (64, 96), (WHITE, GREEN, BLUE, RED)),  # transposed along the other diagonal
        ],
    ),
)
def test_rotated_and_mirrored_files_come_out_upright(tmp_path, clockwise, flipped, size, corners):
    path = turn(write_clip(tmp_path / "r.mp4", [corner_frame()] * 2), clockwise, flipped)
    frames, clip, _ = decode(path)
    assert (clip.info.width, clip.info.height) == size
    found = [frames[0, y, x] for y in (56, 168) for x in (56, 168)]
    np.testing.assert_allclose(found, corners, atol=12)


@pytest.mark.parametrize(
    ("name", "codec", "pixel_format"),
    quick(
        1,
        [
            ("ten.mp4", "libx264", "yuv420p10le"),
            ("ten.mkv", "ffv1", "yuv420p16le"),
            ("full.mkv", "ffv1", "yuv444p"),
            ("nine.webm", "libvpx-vp9", "yuv420p"),
            ("old.avi", "mpeg4", "yuv420p"),
            ("two.mpg", "mpeg2video", "yuv420p"),
            ("two.ts", "mpeg2video", "yuv420p"),
            ("flash.flv", "flv1", "yuv420p"),
            ("windows.wmv", "wmv2", "yuv420p"),
            ("raw.264", "libx264", "yuv420p"),
            ("raw.m4v", "mpeg4", "yuv420p"),
        ],
    ),
)
def test_codecs_pixel_formats_and_containers(tmp_path, name, codec, pixel_format):
    path = write_clip(tmp_path / name, grey_frames(8), codec=codec, pixel_format=pixel_format)
    frames, clip, _ = decode(path)
    assert_same_greys(frames, 8, tolerance=4)
    np.testing.assert_allclose(clip.times_T, np.arange(8) / 25, atol=0.0011)


@pytest.mark.slow
def test_xvid_with_b_frames_in_avi_has_even_times(tmp_path):
    path = write_clip(tmp_path / "x.avi", grey_frames(20), codec="mpeg4", options={"bf": "2"})
    frames, clip, _ = decode(path)
    assert np.all(np.diff(greys(frames)) >= 0)
    np.testing.assert_allclose(np.diff(clip.times_T), 1 / 25)


@pytest.mark.slow
def test_odd_sizes(tmp_path):
    frames = grey_frames(3, width=51, height=37)
    path = write_clip(tmp_path / "odd.mkv", frames, codec="ffv1", pixel_format="yuv444p")
    decoded, clip, _ = decode(path)
    assert (clip.info.width, clip.info.height) == (51, 37)
    assert_same_greys(decoded, 3)


@pytest.mark.slow
def test_a_colour_matrix_that_the_scaler_does_not_know(tmp_path):
    options = {"x264-params": "colormatrix=YCgCo"}
    path = write_clip(tmp_path / "ycgco.mp4", grey_frames(3), options=options)
    with av.open(str(path)) as file:
        assert next(file.decode(video=0)).colorspace == 8
    frames, _, _ = decode(path)
    assert_same_greys(frames, 3)


@pytest.mark.slow
def test_gif_with_its_own_delays(tmp_path):
    frames = grey_frames(5)
    times = [0.0, 0.1, 0.4, 0.5, 0.6]
    path = write_clip(tmp_path / "g.gif", frames, codec="gif", pixel_format="gray", times=times)
    decoded, clip, _ = decode(path)
    assert_same_greys(decoded, 5)
    np.testing.assert_allclose(clip.times_T, times, atol=0.011)
    assert clip.info.container == "GIF"


@pytest.mark.slow
def test_one_frame(tmp_path):
    frames, clip, _ = decode(write_clip(tmp_path / "one.mp4", grey_frames(1)))
    assert frames.shape[0] == clip.info.frames == 1
    assert clip.times_T.tolist() == [0.0]
    assert clip.info.duration_s == pytest.approx(0.04)


@pytest.mark.slow
def test_the_frame_size_may_change_and_the_clock_restart(tmp_path):
    parts = [
        write_clip(tmp_path / "1.ts", grey_frames(60, 64, 48), options={"bf": "0"}),
        write_clip(tmp_path / "2.ts", grey_frames(60, 128, 64), options={"bf": "0"}),
    ]
    joined = tmp_path / "joined.ts"
    joined.write_bytes(b"".join(part.read_bytes() for part in parts))
    frames, clip, _ = decode(joined)
    assert clip.info.frames == 120
    np.testing.assert_allclose(greys(frames), levels(60) * 2, atol=2.5)
    np.testing.assert_allclose(np.diff(clip.times_T), 0.04, atol=1e-3)
    assert "the frame size changes: 64 x 48, 128 x 64" in clip.info.warnings
    assert any("times were missing or out of order" in text for text in clip.info.warnings)


@pytest.mark.slow
def test_a_header_that_claims_too_much(tmp_path):
    path = write_clip(
        tmp_path / "lie.mp4",
        np.random.default_rng(0).integers(0, 255, (40, 48, 64, 3), np.uint8),
        options={"bf": "0"},
        container={"movflags": "+faststart"},
    )
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    frames, clip, _ = decode(path)
    assert 10 < len(frames) == clip.info.frames < 30
    assert clip.info.claimed_frames == 40
    claims = f"the header claims 40 frames, {len(frames)} were decoded"
    assert claims in clip.info.warnings


@pytest.mark.slow
def test_damage_in_the_middle_is_counted(tmp_path):
    frames = np.random.default_rng(0).integers(0, 255, (30, 48, 64, 3), np.uint8)
    path = write_clip(tmp_path / "hurt.mp4", frames)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 3000] = bytes(3000)
    path.write_bytes(data)
    _, clip, _ = decode(path)
    assert 20 <= clip.info.frames < 30
    assert any("packets could not be decoded" in warning for warning in clip.info.warnings)
    assert "1 frames are damaged" in clip.info.warnings


@pytest.mark.slow
def test_nothing_decodable(tmp_path):
    path = write_clip(tmp_path / "none.mp4", grey_frames(12), container={"movflags": "+faststart"})
    data = bytearray(path.read_bytes())
    start = data.index(b"mdat") + 4
    data[start:] = bytes(len(data) - start)
    path.write_bytes(data)
    with pytest.raises(UnreadableVideo, match="no decodable frames of 12 claimed"):
        decode(path)


@pytest.mark.slow
def test_more_frames_than_allowed_without_a_claim(tmp_path):
    path = write_clip(tmp_path / "many.mkv", grey_frames(30))
    with pytest.raises(VideoTooLarge, match="more than 20"):
        decode(path, limits=Limits(max_frames=20))


@pytest.mark.slow
def test_more_pixels_than_allowed_after_a_small_start(tmp_path):
    parts = [
        write_clip(tmp_path / "1.ts", grey_frames(30, 64, 48), options={"bf": "0"}),
        write_clip(tmp_path / "2.ts", grey_frames(30, 640, 480), options={"bf": "0"}),
    ]
    joined = tmp_path / "joined.ts"
    joined.write_bytes(b"".join(part.read_bytes() for part in parts))
    with pytest.raises(VideoTooLarge, match="640 x 480"):
        decode(joined, limits=Limits(max_pixels=200_000))


@pytest.mark.slow
def test_a_time_beyond_the_longest_duration(tmp_path):
    path = write_clip(tmp_path / "far.ts", grey_frames(4), times=[0, 1, 2, 5000])
    with pytest.raises(VideoTooLarge, match=r"lasts 5,000 s; at most 100 s"):
        decode(path, limits=Limits(max_duration_s=100))


def test_the_clip_is_known_only_at_the_end(tmp_path):
    path = write_clip(tmp_path / "a.mp4", grey_frames(3))
    with open_clip(path) as stream, pytest.raises(InvalidValue):
        _ = stream.clip


@pytest.mark.slow
def test_times_use_the_files_own_clock(tmp_path):
    path = write_clip(
        tmp_path / "ntsc.mp4", grey_frames(5), times=[i * 1001 / 30000 for i in range(5)]
    )
    _, clip, _ = decode(path)
    np.testing.assert_allclose(clip.times_T, np.arange(5) * 1001 / 30000, atol=float(CLOCK))


@pytest.mark.parametrize("quarter_turns", [0, 1])
def test_a_decoded_frame_is_freed_without_the_garbage_collector(tmp_path, quarter_turns):
    """Hundreds that wait for it would take gigabytes in 4K."""
    path = turn(write_clip(tmp_path / "a.mp4", grey_frames(60)), quarter_turns)
    upright, before = Upright(), _living_frames()
    gc.disable()
    try:
        with Source(str(path), Limits()) as source:
            for picture in source.pictures():
                upright.rgb(picture, 32, 32)
            assert picture.quarter_turns == -quarter_turns % 4
        assert _living_frames() <= before + 2
    finally:
        gc.enable()


def _living_frames():
    return sum(type(thing) is av.VideoFrame for thing in gc.get_objects())
