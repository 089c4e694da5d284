"""Augmentation: the same for all steps, in the stated frequencies."""

import math

import numpy as np
import pytest
import torch

from model.errors import InvalidParameter
from model.training.augment import CROPS, crop, draw_insertion, resize


def coded(T, side=10):
    """Every pixel knows its row, column and step."""
    row, column = np.mgrid[:side, :side]
    images = [np.stack([row, column, np.full_like(row, t)], -1) for t in range(T)]
    return np.stack(images).astype(np.uint8)


def test_the_five_crops_are_the_corners_and_the_centre():
    corners = {"top left": (0, 0), "top right": (0, 4), "bottom left": (4, 0)}
    corners |= {"bottom right": (4, 4), "centre": (2, 2)}
    for place, name in enumerate(CROPS):
        images = crop(coded(3), place, 6)
        assert images.shape == (3, 6, 6, 3)
        for t in range(3):
            assert tuple(images[t, 0, 0]) == (*corners[name], t)


def test_a_crop_larger_than_the_images_is_refused():
    assert crop(coded(1), 4, 10).shape == (1, 10, 10, 3)
    with pytest.raises(InvalidParameter, match="at most 10 pixels, got 11"):
        crop(coded(1), 0, 11)


def test_resizing_keeps_steps_and_mean():
    noise = np.random.default_rng(0).integers(0, 255, (2, 64, 64, 3), np.uint8)
    for size in (32, 64, 96):
        resized = resize(noise, size)
        assert resized.shape == (2, size, size, 3)
        assert resized.mean() == pytest.approx(noise.mean(), abs=1.5)


def test_own_steps_keep_their_order_and_the_mask_marks_the_rest():
    rng = np.random.default_rng(1)
    for T in (1, 2, 7, 32):
        for _ in range(200):
            drawn = draw_insertion(T, 9, rng, probability=1.0)
            own = drawn.source_P[~drawn.inserted_P]
            assert own.tolist() == list(range(T))
            assert 1 <= drawn.inserted_P.sum() <= math.ceil(0.2 * T)
            assert drawn.source_P.max() < T + 9


@pytest.mark.slow
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


def test_without_another_clip_all_insertions_repeat():
    drawn = draw_insertion(20, 0, np.random.default_rng(4), probability=1.0)
    assert drawn.inserted_P.any()
    assert set(drawn.source_P.tolist()) == set(range(20))


def test_nothing_inserted_is_the_clip_itself():
    drawn = draw_insertion(5, 3, np.random.default_rng(5), probability=0.0)
    assert drawn.source_P.tolist() == list(range(5))
    assert drawn.inserted_P.tolist() == [False] * 5


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
