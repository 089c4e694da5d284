"""Real odd files, where the folder named by KAIROSCOPE_REAL_DATA has them."""

import numpy as np
import pytest

from model.errors import UnreadableVideo
from model.video.decode import open_clip
from model.video.probe import probe

READABLE = {
    "badmedia/decord_corrupted.mp4": (49, 50),
    "badmedia/decord_unordered.mov": (4, 4),
    "badmedia/imageio_issue245.gif": (1, 1),
    "badmedia/mp4parse_minimal.mp4": (1, 1),
    "badmedia/torchcodec_av1_video.mkv": (125, None),
    "badmedia/torchcodec_h265_10bits.mp4": (30, 30),
    "hmdb51/sword/sword_seominseok.avi": (79, 80),  # XviD, packed B-frames
    "ucf101/CliffDiving/v_CliffDiving_g03_c01.mp4": (92, None),  # in truth raw MPEG-4
    "ucf101/LongJump/v_LongJump_g01_c06_16frames.gif": (16, 16),
}
REFUSED = {
    "badmedia/mp4parse_amr_nb_1f.3gp": "no video stream",
    "badmedia/mp4parse_invalid_userdata.mp4": "no decodable frames of 5544 claimed",
}


def real(folder, name):
    path = folder / name
    if not path.exists():
        pytest.skip(f"needs {name} in KAIROSCOPE_REAL_DATA")
    return path


@pytest.mark.parametrize(("name", "counts"), READABLE.items())
def test_readable(real_data, name, counts):
    path = real(real_data, name)
    with open_clip(path) as stream:
        decoded = sum(len(batch.times_N) for batch in stream)
    info = stream.clip.info
    assert (info.frames, info.claimed_frames) == counts
    assert decoded == info.frames
    intervals = np.diff(stream.clip.times_T)
    if len(intervals):  # a lost frame leaves a gap: the others keep their times
        ratio = intervals / np.median(intervals)
        np.testing.assert_allclose(ratio, np.round(ratio), atol=0.05)
    claims = info.claimed_frames not in (None, info.frames)
    assert claims == any("header claims" in warning for warning in info.warnings)


@pytest.mark.parametrize(("name", "cause"), REFUSED.items())
def test_refused(real_data, name, cause):
    with pytest.raises(UnreadableVideo, match=cause):
        probe(real(real_data, name))
