"""PySceneDetect on the frames of the one pass: known cuts, pans, and the library itself."""

import subprocess
import sys

import cv2
import numpy as np
import pytest
from scenedetect.detectors import AdaptiveDetector, ContentDetector

from model.features.descriptors.content import Content
from model.features.types import Features, FrameBatch
from model.methods.scenes import Scenes

SIDE = 64


def shot(seed, T):
    """T equal frames of one colour."""
    colour = np.random.default_rng(seed).integers(0, 256, 3)
    return [np.full((SIDE, SIDE, 3), colour, np.uint8)] * T


def pan(T, step=4):
    """T frames of a random texture that passes by."""
    texture = np.random.default_rng(9).integers(0, 256, (SIDE, SIDE + T * step, 3), np.uint8)
    texture = cv2.GaussianBlur(texture, (0, 0), 2) // 2 + texture // 2
    return [texture[:, t * step :][:, :SIDE] for t in range(T)]


def described(frames, size=7):
    descriptor = Content()
    for start in range(0, len(frames), size):
        part = np.stack(frames[start : start + size])
        descriptor.update(FrameBatch(start, np.arange(start, start + len(part)) / 25, part))
    return Features(np.arange(len(frames)) / 25, {"content": descriptor.finish()})


def of_values(value_T):
    return Features(np.arange(len(value_T)) / 25, {"content": np.asarray(value_T, float)})


@pytest.fixture(scope="module")
def edited():
    """Shots of 20, 30, 16 and 34 frames."""
    lengths = (20, 30, 16, 34)
    return [frame for seed, T in enumerate(lengths) for frame in shot(seed, T)]


def test_the_middle_of_each_scene_between_known_cuts(edited):
    clip = described(edited)
    keyframes = Scenes().run(clip)
    assert keyframes.index_K.tolist() == [10, 35, 58, 83]
    value_T = clip.descriptors["content"]
    assert np.flatnonzero(value_T).tolist() == [20, 50, 66]
    assert keyframes.score_K.tolist() == [0, *value_T[[20, 50, 66]]]
    assert Scenes(detector="adaptive").run(clip).index_K.tolist() == [10, 35, 58, 83]


def test_the_content_value_is_the_mean_change_of_hsv(edited):
    value_T = described(edited).descriptors["content"]
    a, b = (cv2.cvtColor(edited[t], cv2.COLOR_RGB2HSV).astype(float) for t in (19, 20))
    assert value_T[20] == pytest.approx(np.abs(a - b).mean())


@pytest.mark.parametrize("frames", ["edited", "pan"])
@pytest.mark.parametrize(
    ("name", "library"), [("content", ContentDetector), ("adaptive", AdaptiveDetector)]
)
def test_cuts_from_values_are_those_of_the_library_from_frames(name, library, frames, edited):
    frames = edited if frames == "edited" else [*shot(1, 30), *pan(40), *shot(2, 30)]
    detector = library()
    wanted = [
        cut
        for number, frame in enumerate(frames)
        for cut in detector.process_frame(number, cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
    ]
    method = Scenes(detector=name)
    threshold = method.threshold if name == "content" else method.ratio
    value_T = described(frames).descriptors["content"]
    assert method.cuts(value_T, threshold).tolist() == wanted
    assert wanted


def test_a_pan_is_no_cut_to_the_adaptive_detector():
    """Each frame of the pan changes more than a cut needs; only the two real cuts stand out."""
    value_T = np.full(90, 0.5)
    value_T[31:60] = 40  # the pan
    value_T[[30, 60]] = 160
    clip = of_values(value_T)
    assert Scenes(detector="adaptive").cuts(value_T, 3.0).tolist() == [30, 60]
    assert Scenes(detector="adaptive").run(clip).index_K.tolist() == [15, 45, 75]
    assert Scenes(length=1).run(clip).index_K.size == 32


def test_scenes_shorter_than_asked_for_are_merged():
    value_T = np.zeros(100)
    value_T[[30, 34, 38, 70]] = 90
    assert Scenes().run(of_values(value_T)).index_K.tolist() == [15, 50, 85]
    assert len(Scenes(length=1).run(of_values(value_T)).index_K) == 5


def test_a_wanted_number_moves_the_threshold():
    value_T = np.zeros(100)
    value_T[[20, 40, 60, 80]] = [30, 90, 60, 120]
    clip = of_values(value_T)
    assert Scenes().run(clip, 1).index_K.tolist() == [50]
    assert Scenes().run(clip, 2).index_K.tolist() == [40, 90]
    assert Scenes().run(clip, 3).index_K.tolist() == [20, 60, 90]
    keyframes = Scenes().run(clip, 4)
    assert keyframes.index_K.tolist() == [20, 50, 70, 90]
    assert 30 < keyframes.curves["content"].threshold <= 60
    assert Scenes().run(clip, 5).index_K.tolist() == [10, 30, 50, 70, 90]


def test_more_than_there_are_cuts_is_filled_far_from_the_middles():
    value_T = np.zeros(100)
    value_T[50] = 90
    keyframes = Scenes().run(of_values(value_T), 4)
    assert keyframes.index_K.tolist() == [0, 25, 50, 75]
    assert keyframes.score_K.tolist() == [0, 0, 0, 90]
    assert "No threshold tried gives 4 scenes" in keyframes.notices[0]


def test_one_shot_is_its_middle_frame():
    keyframes = Scenes().run(of_values(np.ones(30)))
    assert keyframes.index_K.tolist() == [15]
    assert keyframes.notices == ("No cut is found: the clip is one scene.",)


def test_a_still_clip_says_so():
    never, still = "The picture never changes: ", of_values(np.zeros(30))
    assert Scenes().run(still).index_K.tolist() == [15]
    assert Scenes().run(still).notices == (f"{never}the middle frame stands for the clip.",)
    three = Scenes().run(still, 3)
    assert three.notices == (f"{never}3 frames away from each other stand for the clip.",)


@pytest.mark.slow
def test_the_library_is_loaded_only_when_it_is_used_and_brings_no_other_opencv():
    code = (
        "import sys; from importlib.metadata import distributions\n"
        "from model.methods import registry; from model.features.descriptors import registry as d\n"
        "registry(); d(); assert 'scenedetect' not in sys.modules\n"
        "print(sorted({x.name for x in distributions() if x.name.startswith('opencv')}))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['opencv-contrib-python-headless']"


def test_the_library_says_nothing(edited, capfd):
    Scenes().run(described(edited))
    assert capfd.readouterr() == ("", "")
