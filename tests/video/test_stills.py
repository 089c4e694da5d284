"""Single frames as JPEG: the right ones, upright, at full size."""

import io

import av
import numpy as np
import pytest

from model.errors import InvalidParameter
from model.video.stills import read_stills
from tests.clips import corner_frame, grey_frames, levels, turn, write_clip
from tests.marks import quick


def picture(data):
    with av.open(io.BytesIO(data)) as file:
        return next(file.decode(video=0)).to_ndarray(format="rgb24")


@pytest.mark.slow
def test_each_still_is_its_frame_at_full_size(tmp_path):
    path = write_clip(tmp_path / "a.mp4", grey_frames(30))
    stills = dict(read_stills(path, [20, 3, 3]))
    assert list(stills) == [3, 20]
    for index, data in stills.items():
        assert picture(data).shape == (48, 64, 3)
        assert abs(picture(data).mean() - levels(30)[index]) < 4


@pytest.mark.slow
@pytest.mark.parametrize(
    ("clockwise", "flipped", "shape", "corner"),
    quick(
        1,
        [
            (1, False, (96, 64, 3), (0, 0, 255)),
            (0, True, (64, 96, 3), (0, 0, 255)),
            (1, True, (96, 64, 3), (255, 0, 0)),
            (2, True, (64, 96, 3), (0, 255, 0)),
        ],
    ),
)
def test_stills_are_upright(tmp_path, clockwise, flipped, shape, corner):
    path = turn(write_clip(tmp_path / "r.mp4", [corner_frame()] * 2), clockwise, flipped)
    [(_, data)] = read_stills(path, [1])
    image = picture(data)
    assert image.shape == shape
    np.testing.assert_allclose(image[12, 12], corner, atol=30)


def test_a_frame_beyond_the_end(tmp_path):
    path = write_clip(tmp_path / "a.mp4", grey_frames(3))
    with pytest.raises(InvalidParameter, match="wanted frame 3"):
        list(read_stills(path, [1, 3]))
    assert list(read_stills(path, [])) == []


@pytest.mark.slow
def test_stills_scaled_down_keep_their_shape_and_never_grow(tmp_path):
    path = turn(write_clip(tmp_path / "r.mp4", [corner_frame()] * 2), 1)
    [(_, small)] = read_stills(path, [1], longest=48)
    assert picture(small).shape == (48, 32, 3)
    [(_, whole)] = read_stills(path, [1], longest=4000)
    assert picture(whole).shape == (96, 64, 3)
