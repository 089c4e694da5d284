"""Flow as a picture: hand-made flows in known colours, and the flow of single frames of a clip."""

import colorsys
import io
from typing import get_args

import av
import cv2
import numpy as np
import pytest

from model.errors import InvalidParameter
from model.video.decode import SIZE
from model.video.flow import ALGORITHMS, make_flow
from model.video.flow_image import draw_arrows, flow_colours, flow_scale
from model.video.flow_stills import FlowName, read_flow
from tests.clips import corner_frame, moving_square, write_clip

RIGHT, UP, LEFT, DOWN = (4, 0), (0, -4), (-4, 0), (0, 4)


def of(*uv):
    """A picture of one row whose pixels move so."""
    return np.array([uv], np.float32)


def test_four_directions_have_the_hues_of_the_circle():
    [colours] = flow_colours(of(RIGHT, UP, LEFT, DOWN), 4.0)
    wanted = [(255, 0, 0), (128, 255, 0), (0, 255, 255), (128, 0, 255)]
    np.testing.assert_allclose(colours, wanted, atol=1)


def test_no_flow_is_black_and_brightness_grows_to_the_scale():
    [colours] = flow_colours(of((0, 0), (1, 0), (2, 0), (4, 0), (9, 0)), 4.0)
    assert colours.dtype == np.uint8
    np.testing.assert_allclose(colours[:, 0], [0, 64, 128, 255, 255], atol=1)
    assert not colours[:, 1:].any()


def test_the_colour_is_that_of_the_angle_by_another_library():
    for degrees in range(0, 360, 15):
        angle = np.radians(degrees)
        [[colour]] = flow_colours(of((3 * np.cos(angle), -3 * np.sin(angle))), 6.0)
        wanted = 255 * np.array(colorsys.hsv_to_rgb(degrees / 360, 1, 0.5))
        np.testing.assert_allclose(colour, wanted, atol=1.5)


def arrow(picture_HW3):
    """Of the white arrow in a picture: how much heavier it is (down, right), where the barbs are,
    and its height and width."""
    points = np.stack(np.nonzero(picture_HW3.min(axis=-1) > 200), axis=-1)
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    return points.mean(axis=0) - middle, np.ptp(points, axis=0)


@pytest.mark.parametrize("flow", [RIGHT, UP, LEFT, DOWN])
def test_an_arrow_points_along_the_flow(flow):
    picture_HW3 = np.zeros((16, 16, 3), np.uint8)
    draw_arrows(picture_HW3, np.full((16, 16, 2), flow, np.float32), 4.0)
    (down, right), (height, width) = arrow(picture_HW3)
    u, v = np.sign(flow)
    assert (right * u > 0.3) if u else (down * v > 0.3)
    assert (width > height) == bool(u)


def test_arrows_grow_to_the_scale_and_the_still_have_none():
    def length(pixels):
        picture_HW3 = np.zeros((48, 48, 3), np.uint8)
        flow_HW2 = np.zeros((48, 48, 2), np.float32)
        flow_HW2[16:32, 16:32] = (pixels, 0)
        draw_arrows(picture_HW3, flow_HW2, 8.0)
        white = picture_HW3.min(axis=-1) > 200
        assert not white[:16].any()
        assert not white[32:].any()
        return int(white.any(axis=0).sum())

    lengths = [length(pixels) for pixels in (0, 0.5, 3, 8, 20)]
    assert lengths[:2] == [0, 0]
    assert 0 < lengths[2] < lengths[3] == lengths[4] <= 16


def test_a_picture_smaller_than_an_arrow_stays_as_it_is():
    picture_HW3 = np.zeros((8, 8, 3), np.uint8)
    draw_arrows(picture_HW3, np.full((8, 8, 2), 4, np.float32), 4.0)
    assert not picture_HW3.any()


@pytest.mark.parametrize(
    ("pixels", "scale"),
    [(0, 1), (0.9, 1), (1.2, 1.5), (4, 4), (4.1, 6), (9, 10), (27, 30), (1e9, 8e5)],
)
def test_the_scale_is_round_and_covers_the_flow(pixels, scale):
    assert flow_scale(np.full((8, 8, 2), (pixels, 0), np.float32)) == scale


def test_a_few_fast_pixels_do_not_darken_the_rest():
    flow_HW2 = np.full((20, 20, 2), (0, 1.5), np.float32)
    flow_HW2[0, :2] = 80
    assert flow_scale(flow_HW2) == 1.5


def test_every_algorithm_can_be_asked_for(tmp_path):
    assert get_args(FlowName) == tuple(ALGORITHMS)
    with pytest.raises(InvalidParameter, match="one of dis, tvl1, farneback, got 'brox'"):
        read_flow(tmp_path, 0, "brox")


def picture(data):
    with av.open(io.BytesIO(data)) as file:
        return next(file.decode(video=0)).to_ndarray(format="rgb24")


@pytest.mark.slow
def test_the_flow_of_a_frame_is_that_of_the_analysis_grid_in_pixels_of_the_video(tmp_path):
    path = write_clip(tmp_path / "a.mp4", moving_square(6, 320, 6), options={"crf": "5"})
    still = read_flow(path, 2, "farneback")
    with av.open(str(path)) as file:
        frames = [frame.reformat(SIZE, SIZE, "rgb24", interpolation="AREA").to_ndarray()
                  for frame in file.decode(video=0)]  # fmt: skip
    grays = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames[2:4]]
    flow_HW2 = make_flow("farneback")(*grays) * 320 / SIZE
    assert still.scale == flow_scale(flow_HW2)
    image = picture(still.jpeg)
    assert image.shape == (320, 320, 3)
    middle = image[120:170, 40:70].reshape(-1, 3)  # inside the square, which moves right
    red, green, blue = np.median(middle, axis=0)
    assert red > 100 > max(green, blue)


@pytest.mark.slow
def test_the_last_frame_repeats_the_flow_before_it_and_there_is_none_beyond(tmp_path):
    path = write_clip(tmp_path / "a.mp4", moving_square(4))
    stills = [read_flow(path, index) for index in range(4)]
    assert stills[3] == stills[2] != stills[1]
    with pytest.raises(InvalidParameter, match="wanted frame 4"):
        read_flow(path, 4)


@pytest.mark.slow
def test_a_single_frame_has_no_flow_and_its_picture_the_shape_of_the_video(tmp_path):
    path = write_clip(tmp_path / "a.mp4", [corner_frame()])
    still = read_flow(path, 0)
    assert still.scale == 1
    assert picture(still.jpeg).shape == (64, 96, 3)
    assert picture(still.jpeg).max() < 8
