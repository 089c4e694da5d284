"""Random frames: seeded, different, and as likely as any."""

from itertools import pairwise

import numpy as np

from model.features.types import Features
from model.methods.random import Random


def clip(T):
    return Features(np.arange(T) / 25)


def chosen(T, K=None, **parameters):
    return Random(**parameters).run(clip(T), K).index_K.tolist()


def test_a_seed_says_all():
    assert chosen(100) == chosen(100)
    assert chosen(100, seed=1) != chosen(100)


def test_the_smallest_draws_of_the_generator_are_taken():
    drawn = np.random.default_rng(3).random(50)
    assert chosen(50, 5, seed=3) == sorted(drawn.argsort()[:5].tolist())


def test_a_larger_number_keeps_the_frames_of_a_smaller():
    sets = [set(chosen(60, K)) for K in range(1, 61)]
    assert all(a < b for a, b in pairwise(sets))
    assert sets[-1] == set(range(60))


def test_eight_frames_or_all_of_a_shorter_clip():
    assert len(chosen(100)) == 8
    assert len(chosen(100, count=3)) == 3
    assert chosen(5) == [0, 1, 2, 3, 4]


def test_every_frame_is_as_likely():
    counts = np.bincount(
        np.concatenate([chosen(10, 2, seed=seed) for seed in range(1000)]), minlength=10
    )
    assert counts.sum() == 2000
    assert (np.abs(counts - 200) < 5 * np.sqrt(200 * 0.8)).all()
