"""The frame budget: a method's answers to exactly 1, 2, ... keyframes."""

import numpy as np

from model import methods
from model.methods.budget import LONGEST, MOST, answers
from tests.contracts.test_methods import features_of


def test_entry_k_is_the_answer_to_exactly_k():
    features = features_of("noise")
    for name in ("rtsae", "delta", "uniform"):
        method = methods.get(name)()
        found = answers(method.run, features)
        assert len(found) == min(MOST, features.T)
        for k, answer in enumerate(found, 1):
            alone = method.run(features, k)
            np.testing.assert_array_equal(answer.index_K, alone.index_K)
            np.testing.assert_array_equal(answer.score_K, alone.score_K)
            assert answer.curves == {}


def test_short_clips_have_as_many_answers_as_frames_and_long_ones_none():
    uniform = methods.get("uniform")()
    assert [len(a.index_K) for a in answers(uniform.run, features_of("two"))] == [1, 2]
    long = type(features_of("two"))(np.arange(LONGEST + 1) / 25)
    assert answers(uniform.run, long) == ()
