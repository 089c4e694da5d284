"""Key frames of the codec: files with a known GOP, thinned and filled."""

import numpy as np
import pytest

from model.analyze import analyze
from model.features.types import Features
from model.methods.iframes import IFrames
from model.video.decode import open_clip
from tests.clips import grey_frames, write_clip
from tests.marks import quick


def clip(T, keys):
    key_T = np.zeros(T, np.bool_)
    key_T[keys] = True
    return Features(np.arange(T) / 25, {"key": key_T})


def chosen(T, keys, K=None, **parameters):
    return IFrames(**parameters).run(clip(T, keys), K).index_K.tolist()


def fixed(size, **more):
    return {"g": str(size), "sc_threshold": "0", **more}


@pytest.mark.parametrize(
    ("name", "codec", "options", "size"),
    quick(
        1,
        [
            ("a.mp4", "libx264", fixed(10, bf="2"), 10),
            ("a.mkv", "libx264", fixed(7, bf="0"), 7),
            ("a.ts", "mpeg2video", fixed(12, sc_threshold="1000000000"), 12),
            ("a.webm", "libvpx-vp9", {"g": "8"}, 8),
            ("a.mkv", "ffv1", {"g": "1"}, 1),
        ],
    ),
)
def test_the_flags_are_the_gop_of_the_file(tmp_path, name, codec, options, size):
    path = write_clip(tmp_path / name, grey_frames(30), codec=codec, options=options)
    with open_clip(path, batch=4) as stream:
        key_T = np.concatenate([batch.key_N for batch in stream])
    assert np.flatnonzero(key_T).tolist() == list(range(0, 30, size))


@pytest.mark.slow
def test_an_encoder_that_looks_for_cuts_gives_them_key_frames(tmp_path):
    shots = [np.random.default_rng(seed).integers(0, 256, (48, 64, 3), np.uint8) for seed in (0, 1)]
    path = write_clip(tmp_path / "cut.mp4", [shots[0]] * 33 + [shots[1]] * 17)
    keyframes = analyze(path, [IFrames()]).methods["iframes"]
    assert keyframes.index_K.tolist() == [0, 33]


def test_fewer_are_evenly_thinned():
    keys = list(range(0, 90, 10))
    assert chosen(90, keys) == keys
    assert chosen(90, keys, 3) == [10, 40, 70]
    assert chosen(90, keys, 1) == [40]
    assert chosen(90, keys, most=3) == [10, 40, 70]


def test_more_are_filled_far_from_them():
    assert chosen(40, [0, 20], 3) == [0, 20, 39]
    assert chosen(40, [0, 20], 4) == [0, 10, 20, 39]
    assert chosen(40, [0, 20], 40) == list(range(40))
    notices = IFrames().run(clip(40, [0, 20]), 4).notices
    assert notices == ("2 key frames, and 2 frames far from them.",)


def test_degenerate_clips_are_named():
    none = IFrames().run(clip(20, []))
    assert none.index_K.tolist() == [0]
    assert "No frame is marked" in none.notices[0]
    single = IFrames().run(clip(20, [0]))
    assert single.notices == ("A single frame is a key frame: it stands for the clip.",)
    every = IFrames(most=5).run(clip(20, np.arange(20)))
    assert every.index_K.tolist() == [2, 6, 10, 14, 18]
    assert every.notices == (
        "Every frame is a key frame: this codec stores each whole.",
        "5 of 20 key frames, evenly thinned.",
    )


def test_the_curve_is_the_time_since_the_last():
    value = IFrames().run(clip(9, [2, 5])).curves["since"].value
    np.testing.assert_allclose(value * 25, [0, 1, 0, 1, 2, 0, 1, 2, 3])
