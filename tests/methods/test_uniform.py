"""Uniform and average sampling: the known midpoints."""

import numpy as np

from model.features.types import Features
from model.methods.average import Average
from model.methods.random import Random
from model.methods.sms import SMS
from model.methods.uniform import Uniform


def features(motion_T):
    return Features(np.arange(len(motion_T)) / 25, {"motion": np.asarray(motion_T, float)})


def test_uniform_takes_the_middles():
    clip = features(np.zeros(80))
    assert Uniform().run(clip).index_K.tolist() == [5, 15, 25, 35, 45, 55, 65, 75]
    assert Uniform(count=2).run(clip).index_K.tolist() == [20, 60]
    assert Uniform().run(clip, 1).index_K.tolist() == [40]


def test_uniform_of_a_short_clip_takes_every_frame():
    for method in (Uniform(), Random()):
        keyframes = method.run(features(np.zeros(5)))
        assert keyframes.index_K.tolist() == [0, 1, 2, 3, 4]
        assert keyframes.notices == ("Fewer frames than 8: all 5 are taken.",)
        assert method.run(features(np.zeros(8))).notices == ()


def test_average_says_what_sms_has_to_say():
    still = features(np.zeros(50))
    assert Average().run(still).index_K.tolist() == [25]
    assert "The motion never changes" in Average().run(still).notices[1]
    assert Average().run(still, 2).notices == ("Keyframes of SMS: 1.",)


def test_average_takes_as_many_as_sms_at_the_midpoints():
    motion = np.zeros(100)
    motion[[10, 22, 40]] = 5
    clip = features(motion)
    assert len(SMS().run(clip).index_K) == 3
    assert Average().run(clip).index_K.tolist() == [16, 50, 83]
    assert Average().run(clip, 2).index_K.tolist() == [25, 75]


def test_average_follows_the_parameters_of_sms():
    motion = np.zeros(100)
    motion[[10, 50]] = [0.8, 10]
    assert len(Average().run(features(motion)).index_K) == 1
    assert len(Average(prominence=0.05).run(features(motion)).index_K) == 2
