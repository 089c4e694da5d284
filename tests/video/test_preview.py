"""Derivatives: a preview with exactly the decoded frames and times, sprites, a thumbnail."""

import json

import av
import numpy as np
import pytest

from model.errors import Cancelled, UnreadableVideo
from model.video.decode import open_clip
from model.video.preview import write_derivatives
from tests.clips import corner_frame, grey_frames, levels, turn, write_clip
from tests.marks import quick


def decoded(path):
    with open_clip(path) as stream:
        frames = np.concatenate([batch.frames_NHWC for batch in stream])
    return frames, stream.clip


def picture(path):
    """The RGB array of a JPEG file."""
    with av.open(str(path)) as file:
        return next(file.decode(video=0)).to_ndarray(format="rgb24")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "codec", "times"),
    quick(
        1,
        [
            ("constant.mp4", "libx264", None),
            ("b-frames.mkv", "libx264", [0.0, 0.04, 0.3, 0.34, 1.0, 1.2, 1.21, 3.0]),
            ("xvid.avi", "mpeg4", None),
            ("hevc.mp4", "libx265", None),
            ("animated.gif", "gif", None),
        ],
    ),
)
def test_the_preview_has_the_same_frames_at_the_same_times(tmp_path, name, codec, times):
    options = {"x265-params": "log-level=none"} if codec == "libx265" else {}
    pixel_format = "gray" if codec == "gif" else "yuv420p"
    frames = grey_frames(8)
    path = write_clip(
        tmp_path / name,
        frames,
        codec=codec,
        pixel_format=pixel_format,
        times=times,
        options=options,
    )
    made = write_derivatives(path, tmp_path / "out")
    original_frames, original = decoded(path)
    preview_frames, preview = decoded(made.preview)
    assert made.frames == preview.info.frames == 8
    np.testing.assert_allclose(preview.times_T, original.times_T, atol=1 / 90_000)
    means = preview_frames.mean(axis=(1, 2, 3))
    np.testing.assert_allclose(means, original_frames.mean(axis=(1, 2, 3)), atol=4)
    assert preview.info.codec == "h264"


@pytest.mark.slow
def test_the_preview_plays_and_seeks_in_browsers(tmp_path):
    path = write_clip(tmp_path / "a.mkv", grey_frames(26, 1283, 721), codec="mpeg4")
    made = write_derivatives(path, tmp_path / "out")
    data = made.preview.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(str(made.preview)) as file:
        stream = file.streams.video[0]
        assert (stream.width, stream.height, stream.pix_fmt) == (640, 360, "yuv420p")
        packets = [packet for packet in file.demux(stream) if packet.size]
    stamps = [packet.pts for packet in packets]
    assert stamps == sorted(stamps)
    assert [packet.dts for packet in packets] == stamps
    keys = [index for index, packet in enumerate(packets) if packet.is_keyframe]
    assert keys[0] == 0
    assert max(np.diff(keys)) <= 12


@pytest.mark.slow
@pytest.mark.parametrize("size", [(1, 1), (3, 5), (17, 1000), (2000, 20)])
def test_odd_shapes(tmp_path, size):
    path = write_clip(
        tmp_path / "odd.mkv", grey_frames(3, *size), codec="ffv1", pixel_format="yuv444p"
    )
    made = write_derivatives(path, tmp_path / "out")
    frames, clip = decoded(made.preview)
    assert clip.info.width % 2 == clip.info.height % 2 == 0
    assert max(clip.info.width, clip.info.height) <= 640
    np.testing.assert_allclose(frames.mean(axis=(1, 2, 3)), levels(3), atol=4)
    assert max(made.sprites.tile_w, made.sprites.tile_h) <= 160


@pytest.mark.slow
@pytest.mark.parametrize(
    ("clockwise", "flipped", "size", "corners"),
    quick(
        1,
        [
            (1, False, (64, 96), ((0, 0, 255), (0, 255, 0))),
            (3, True, (64, 96), ((255, 255, 255), (255, 0, 0))),
            (2, True, (96, 64), ((0, 255, 0), (0, 0, 255))),
        ],
    ),
)
def test_turned_sources_are_upright_everywhere(tmp_path, clockwise, flipped, size, corners):
    path = turn(write_clip(tmp_path / "r.mp4", [corner_frame()] * 3), clockwise, flipped)
    made = write_derivatives(path, tmp_path / "out")
    frames, clip = decoded(made.preview)
    assert (clip.info.width, clip.info.height) == size
    thumbnail = picture(made.thumbnail)
    tile = picture(tmp_path / "out" / "sprite_000.jpg")[: size[1], : size[0]]
    for image in (frames[0], thumbnail, tile):
        height, width, _ = image.shape
        first, last = image[height // 4, width // 4], image[3 * height // 4, 3 * width // 4]
        np.testing.assert_allclose((first, last), corners, atol=30)


@pytest.mark.slow
def test_each_tile_shows_its_frame(tmp_path):
    path = write_clip(tmp_path / "a.mp4", grey_frames(123))
    made = write_derivatives(path, tmp_path / "out")
    sprites = made.sprites
    assert json.loads(made.sprites_json.read_text()) == vars(sprites)
    assert sprites.index == list(range(123))
    assert sprites.sheets == ["sprite_000.jpg", "sprite_001.jpg"]
    w, h, columns = sprites.tile_w, sprites.tile_h, sprites.columns
    assert (w, h, columns, sprites.rows) == (64, 48, 10, 10)
    sheets = [picture(tmp_path / "out" / name) for name in sprites.sheets]
    assert [sheet.shape for sheet in sheets] == [(480, 640, 3), (144, 640, 3)]
    for place, index in enumerate(sprites.index):
        row, column = divmod(place % 100, columns)
        tile = sheets[place // 100][row * h : (row + 1) * h, column * w : (column + 1) * w]
        assert abs(tile[8:-8, 8:-8].mean() - levels(123)[index]) < 4


@pytest.mark.slow
def test_long_clips_have_evenly_strided_tiles(tmp_path):
    frames = (frame for _ in range(5) for frame in grey_frames(401, 16, 16))
    path = write_clip(tmp_path / "long.mkv", frames, options={"preset": "ultrafast"})
    made = write_derivatives(path, tmp_path / "out")
    assert made.frames == 2005
    assert made.sprites.index == list(range(0, 2005, 4))
    assert len(made.sprites.sheets) == 6


@pytest.mark.slow
def test_progress_rises_and_can_stop_the_work(tmp_path):
    path = write_clip(tmp_path / "a.mp4", grey_frames(30))
    seen = []
    write_derivatives(path, tmp_path / "out", on_progress=lambda *report: seen.append(report))
    assert seen[0] == (1, 30)
    assert seen == sorted(seen)

    def stop(done, total):
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        write_derivatives(path, tmp_path / "again", on_progress=stop)


def test_an_unreadable_video_is_refused(tmp_path):
    path = tmp_path / "a.mp4"
    path.write_text("nothing")
    with pytest.raises(UnreadableVideo):
        write_derivatives(path, tmp_path / "out")
