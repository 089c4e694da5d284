"""Keyframes of made video files whose cuts, pans and still parts are known, through the decoder."""

from itertools import chain

import av
import numpy as np
import pytest
import scenedetect

from model.analyze import analyze
from model.features.extract import extract
from model.methods import registry
from model.methods.superframes import Superframes
from model.video.decode import open_clip
from model.video.flow import make_flow
from tests.clips import shot, write_clip

pytestmark = pytest.mark.slow

LENGTHS = (25, 40, 18, 50, 30)
CUTS = np.cumsum(LENGTHS)[:-1].tolist()
WALKS = (40, 150)  # the frames at which the actor walks fastest, first more than twice as fast
PANS = (slice(45, 55), slice(145, 155))  # in the middle of where superframes start to look


def walk(T, at, pixels):
    """Pixels a frame of a walk of so many pixels in all, fastest at frame `at`."""
    bell_T = np.exp(-((np.arange(T) - at) ** 2) / 50)
    return pixels * bell_T / bell_T.sum()


def described(path, *names):
    """What the one pass over the file hands to these methods."""
    wanted = {descriptor for name in names for descriptor in registry()[name].needs}
    with open_clip(path) as stream:
        return extract(stream, wanted, None, make_flow("dis"))


def keyframes(features, name, **parameters):
    return registry()[name](**parameters).run(features)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("videos")


@pytest.fixture(scope="module")
def edited_file(folder):
    """Five shots, in each of which an actor walks slowly."""
    shots = [shot(scene, np.zeros(T), np.ones(T) * 0.5) for scene, T in enumerate(LENGTHS)]
    return write_clip(folder / "edited.mp4", chain(*shots), options={"g": "30"})


@pytest.fixture(scope="module")
def edited(edited_file):
    return described(edited_file, "ranktracing", "scenes", "iframes", "delta", "kts")


@pytest.fixture(scope="module")
def walked(folder):
    """A walk to the right, a slow pan of the camera, half as long a walk to the left."""
    camera_T = np.zeros(200)
    camera_T[80:110] = 1
    actor_T = walk(200, WALKS[0], 48) + walk(200, WALKS[1], -24)
    path = write_clip(folder / "walked.mp4", shot(1, camera_T, actor_T))
    return described(path, "sms", "ranktracing")


@pytest.fixture(scope="module")
def panned(folder):
    """A still scene with two fast pans."""
    camera_T = np.zeros(200)
    for pan in PANS:
        camera_T[pan] = 8
    return write_clip(folder / "panned.mp4", shot(2, camera_T))


def test_ranktracing_finds_every_cut(edited):
    assert keyframes(edited, "ranktracing").index_K.tolist() == [0, *CUTS]
    centres = keyframes(edited, "ranktracing", rule="max-rank").index_K
    np.testing.assert_allclose(centres[:-1], CUTS, atol=1)
    assert centres[-1] > CUTS[-1]


def test_ranktracing_of_one_shot_has_its_first_frame(walked):
    assert keyframes(walked, "ranktracing").index_K.tolist() == [0]


@pytest.mark.parametrize("name", ["content", "adaptive"])
def test_scenes_are_those_of_the_library_on_the_file(edited_file, edited, name):
    detector = {
        "content": scenedetect.ContentDetector,
        "adaptive": scenedetect.AdaptiveDetector,
    }[name]()
    found = scenedetect.detect(str(edited_file), detector)
    starts_K = np.array([start.get_frames() for start, _ in found])
    assert starts_K.tolist() == [0, *CUTS]
    middles = (starts_K + np.append(CUTS, sum(LENGTHS))) // 2
    assert keyframes(edited, "scenes", detector=name).index_K.tolist() == middles.tolist()


def test_iframes_are_the_packets_that_the_file_marks(edited_file, edited):
    with av.open(str(edited_file)) as file:
        packets = [packet for packet in file.demux(video=0) if packet.pts is not None]
    order = sorted(packets, key=lambda packet: packet.pts)
    marked = [place for place, packet in enumerate(order) if packet.is_keyframe]
    assert len(marked) >= sum(LENGTHS) / 30
    assert keyframes(edited, "iframes").index_K.tolist() == marked


def test_delta_and_kts_see_every_shot(edited):
    assert {0, *CUTS} <= set(keyframes(edited, "delta").index_K.tolist())
    places = np.searchsorted(CUTS, keyframes(edited, "kts").index_K, side="right")
    assert places.tolist() == [0, 1, 2, 3, 4]


def test_sms_peaks_where_the_actor_moves_and_not_where_the_camera_does(walked):
    found = keyframes(walked, "sms")
    np.testing.assert_allclose(found.index_K, WALKS, atol=2)
    np.testing.assert_allclose(found.score_K, [1, 0.5], atol=0.1)
    motion_T = found.curves["motion"].value
    assert motion_T[[*range(15), *range(65, 75), *range(120, 130), *range(175, 200)]].max() < 0.02
    assert motion_T[75:115].max() < 0.1, "1.4 pixels a frame, which the flow's median takes out"


def test_average_takes_as_many_as_sms_at_even_places(walked):
    assert keyframes(walked, "average").index_K.tolist() == [50, 150]  # (i + 1/2) 200 / 2


def test_superframes_are_cut_where_nothing_moves(panned):
    features = described(panned, "superframes")
    tracks_T = features.descriptors["tracks"]
    moved = np.array([1, 5, 4, 0]) / 5  # shares of the intervals of each block, the first from 40
    np.testing.assert_allclose(tracks_T[40:60:5], moved * 8 * 25 / 160, rtol=0.03, atol=0.01)
    assert tracks_T[[*range(40), *range(60, 140), *range(160, 200)]].max() < 0.01
    cuts_B = Superframes().segments(features, tracks_T)
    assert len(cuts_B) - 1 == 4  # eight seconds of 1.85 each
    for cut in cuts_B[1:-1].tolist():
        assert tracks_T[cut - 1 : cut + 1].max() < 0.01
        assert not any(pan.start <= cut < pan.stop for pan in PANS)
    still = Superframes(gamma=0.0).segments(features, tracks_T)  # without the price of motion
    assert still.tolist() == [0, 50, 100, 150, 200]


def test_a_short_clip_of_superframes_falls_back_and_says_so(panned):
    found = analyze(panned, [Superframes()]).methods["superframes"]
    assert len(found.index_K) == 1
    assert "Nothing fits into 15% of 200 frames" in found.notices[0]
