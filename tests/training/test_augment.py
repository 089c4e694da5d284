"""Augmentation: the same for both streams and all steps, physical flow, the stated frequencies."""

import math

import numpy as np
import pytest
import torch

from model.errors import InvalidParameter
from model.networks.frontend import Recipe
from model.training import augment
from model.training.augment import CROPS, crop, draw_insertion, five_crops, flip, insert_steps
from model.training.clips import StepImages, step_images
from tests.clips import moving_square, write_clip


def coded(T, side=10, first=0):
    """Every pixel knows its row, column and step; the flow image the same, and that it is flow."""
    row, column = np.mgrid[:side, :side]
    rgb = np.stack([np.stack([row, column, np.full_like(row, first + t)], -1) for t in range(T)])
    flow = rgb + np.array([100, 100, 100])
    return StepImages(
        rgb.astype(np.uint8), flow.astype(np.uint8), np.arange(T) / 4, first + np.arange(T)
    )


def steps_of(images):
    """The step that each frame is of, and each flow image."""
    return images.rgb_THWC[:, 0, 0, 2].tolist(), (images.flow_THWC[:, 0, 0, 2] - 100).tolist()


def test_the_five_crops_are_the_corners_and_the_centre():
    crops = five_crops(coded(3), 6)
    corners = {"top left": (0, 0), "top right": (0, 4), "bottom left": (4, 0)}
    corners |= {"bottom right": (4, 4), "centre": (2, 2)}
    for name, images in zip(CROPS, crops, strict=True):
        assert images.rgb_THWC.shape == images.flow_THWC.shape == (3, 6, 6, 3)
        for t in range(3):
            assert tuple(images.rgb_THWC[t, 0, 0]) == (*corners[name], t)
            assert tuple(images.flow_THWC[t, 0, 0] - 100) == (*corners[name], t)
        assert images.index_T.tolist() == [0, 1, 2]


def test_all_crops_are_drawn_equally_often():
    rng = np.random.default_rng(0)
    drawn = [tuple(augment.random_crop(coded(1), 6, rng).rgb_THWC[0, 0, 0]) for _ in range(1000)]
    counts = [drawn.count(corner) for corner in set(drawn)]
    assert len(counts) == 5
    assert min(counts) > 200 - 5 * math.sqrt(1000 * 0.16)


def test_a_crop_larger_than_the_images_is_refused():
    assert crop(coded(1), 4, 10).rgb_THWC.shape == (1, 10, 10, 3)
    with pytest.raises(InvalidParameter, match="at most 10 pixels, got 11"):
        crop(coded(1), 0, 11)


def test_resizing_keeps_steps_and_mean():
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 255, (2, 64, 64, 3), np.uint8)
    images = StepImages(noise, noise[::-1], np.arange(2.0), np.arange(2))
    for size in (32, 96):
        resized = augment.resize(images, size)
        assert resized.rgb_THWC.shape == resized.flow_THWC.shape == (2, size, size, 3)
        assert resized.rgb_THWC.mean() == pytest.approx(noise.mean(), abs=1.5)


def test_flipping_twice_changes_nothing():
    images = coded(2)
    twice = flip(flip(images))
    np.testing.assert_array_equal(twice.rgb_THWC, images.rgb_THWC)
    np.testing.assert_array_equal(twice.flow_THWC, images.flow_THWC)


def test_flipping_mirrors_the_columns_and_inverts_u_alone():
    images = coded(1, side=4)
    flipped = flip(images)
    assert flipped.rgb_THWC[0, 0, :, 1].tolist() == [3, 2, 1, 0]
    assert flipped.flow_THWC[0, 0, :, 1].tolist() == [103, 102, 101, 100]
    assert flipped.flow_THWC[0, :, 0, 0].tolist() == [255 - u for u in (100, 101, 102, 103)]


def test_flipped_flow_is_the_flow_of_the_flipped_clip(tmp_path):
    """Computed from mirrored frames: what moved right by 6 pixels a frame moves left."""
    frames, recipe = moving_square(4, step=3), Recipe(steps_per_second=0)
    path = write_clip(tmp_path / "a.mp4", frames)
    mirrored = write_clip(tmp_path / "b.mp4", [frame[:, ::-1] for frame in frames])
    flipped, wanted = flip(step_images(path, recipe, 224, 9)), step_images(mirrored, recipe, 224, 9)
    rows, columns = slice(85, 125), slice(175, 210)  # inside the square, at the right now
    for channel, moved in ((0, 128 - 7 / 40 * 255), (1, 128), (2, 128 + 7 / 40 * 255)):
        here = flipped.flow_THWC[0, rows, columns, channel].astype(float)
        assert np.median(here) == pytest.approx(moved, abs=2)
        assert np.median(here) == pytest.approx(
            np.median(wanted.flow_THWC[0, rows, columns, channel]), abs=1
        )


def test_own_steps_keep_their_order_and_the_mask_marks_the_rest():
    rng = np.random.default_rng(1)
    for T in (1, 2, 7, 32):
        for _ in range(200):
            drawn = draw_insertion(T, 9, rng, probability=1.0)
            own = drawn.source_P[~drawn.inserted_P]
            assert own.tolist() == list(range(T))
            assert 1 <= drawn.inserted_P.sum() <= math.ceil(0.2 * T)
            assert drawn.source_P.max() < T + 9


def test_frequencies_are_as_stated():
    """80 % of examples; 1 to 7 of 32 steps, each as often; half of them foreign; all places."""
    rng, draws = np.random.default_rng(2), 4000
    drawn = [draw_insertion(32, 20, rng) for _ in range(draws)]
    augmented = [d for d in drawn if d.inserted_P.any()]
    assert len(augmented) / draws == pytest.approx(0.8, abs=5 * math.sqrt(0.16 / draws))
    counts = np.bincount([d.inserted_P.sum() for d in augmented], minlength=8)[1:] / len(augmented)
    np.testing.assert_allclose(counts, 1 / 7, atol=5 * math.sqrt(0.13 / len(augmented)))
    inserted = np.concatenate([d.source_P[d.inserted_P] for d in augmented])
    assert (inserted >= 32).mean() == pytest.approx(0.5, abs=5 * math.sqrt(0.25 / len(augmented)))
    assert set(inserted.tolist()) == set(range(52))
    first = np.array([d.source_P[d.inserted_P][0] >= 32 for d in augmented])  # not own ones first
    assert first.mean() == pytest.approx(0.5, abs=5 * math.sqrt(0.25 / len(augmented)))
    places = np.concatenate([np.flatnonzero(d.inserted_P) / len(d.inserted_P) for d in augmented])
    assert places.mean() == pytest.approx(0.5, abs=0.03)
    assert (places == 0).any()


def test_inserted_steps_bring_their_own_flow():
    own, other, rng = coded(12), coded(8, first=60), np.random.default_rng(3)
    foreign = 0
    for _ in range(100):
        images, inserted_P = insert_steps(own, other, rng, probability=1.0)
        rgb, flow = steps_of(images)
        assert rgb == flow == images.index_T.tolist()
        assert np.array(rgb)[~inserted_P].tolist() == list(range(12))
        assert len(images) == 12 + inserted_P.sum()
        foreign += sum(step >= 60 for step in rgb)
    assert foreign > 50


def test_without_another_clip_all_insertions_repeat():
    images, inserted_P = insert_steps(coded(20), None, np.random.default_rng(4), probability=1.0)
    assert inserted_P.any()
    assert set(steps_of(images)[0]) == set(range(20))


def test_nothing_inserted_is_the_clip_itself():
    own = coded(5)
    images, inserted_P = insert_steps(own, coded(3), np.random.default_rng(5), probability=0.0)
    np.testing.assert_array_equal(images.rgb_THWC, own.rgb_THWC)
    assert inserted_P.tolist() == [False] * 5


def test_the_same_seed_draws_the_same():
    first, second = (
        [draw_insertion(16, 5, np.random.default_rng(6)) for _ in range(3)] for _ in range(2)
    )
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a.source_P, b.source_P)
        np.testing.assert_array_equal(a.inserted_P, b.inserted_P)


def test_a_drawn_insertion_serves_whatever_is_kept_per_step():
    """The maps of a batch on a device, say: the source indexes them joined."""
    drawn = draw_insertion(6, 4, np.random.default_rng(7), probability=1.0)
    own, other = torch.arange(6.0), 100 + torch.arange(4.0)
    joined = torch.cat([own, other])[torch.from_numpy(drawn.source_P)]
    assert joined[torch.from_numpy(~drawn.inserted_P)].tolist() == own.tolist()
