"""VSUMM's comparison: hues and matches by hand, and the published keyframes on real frames."""

import colorsys
from dataclasses import astuple

import cv2
import numpy as np
import pytest

from model.datasets import vsumm as reader
from model.errors import InvalidValue
from model.evaluation.vsumm import Agreement, agreement, alike, hues, matches
from model.evaluation.vsumm_sources import source_of


def counts(**pixels):
    """A hue histogram of these counts: b3=40 is 40 pixels in bin 3."""
    row = np.zeros(16, np.int64)
    for name, count in pixels.items():
        row[int(name[1:])] = count
    return row


def test_hues_of_known_colours():
    """Degrees by hand: red 0, yellow 60, green 120, cyan 180, blue 240, magenta 300; then
    h 255 // 360 // 16."""
    known = {
        (255, 0, 0): 0,  # 0
        (255, 255, 0): 2,  # 60: 42
        (0, 255, 0): 5,  # 120: 85
        (0, 255, 255): 7,  # 180: 127
        (0, 0, 255): 10,  # 240: 170
        (255, 0, 255): 13,  # 300: 212
        (255, 0, 4): 0,  # -0.94 is cut to 0
        (255, 0, 5): 15,  # -1.18 is cut to -1, which is 359: 254
        (128, 128, 128): 0,  # grey
        (0, 0, 0): 0,
    }
    for colour, wanted in known.items():
        picture = np.full((3, 5, 3), colour, np.uint8)
        assert hues(picture).tolist() == counts(**{f"b{wanted}": 15}).tolist(), colour


def test_hues_as_an_independent_conversion_has_them():
    """colorsys in floating point, away from whole degrees where it may round the other way."""
    picture = np.random.default_rng(3).integers(0, 256, (40, 50, 3), np.uint8)
    wanted = np.zeros(16, np.int64)
    unsure = 0
    for red, green, blue in picture.reshape(-1, 3).tolist():
        degrees = 360 * colorsys.rgb_to_hsv(red / 255, green / 255, blue / 255)[0]
        near = abs(degrees - round(degrees)) < 1e-6
        degrees = round(degrees) if near else degrees
        signed = degrees - 360 if red == max(red, green, blue) and blue > green else degrees
        cut = int(signed)
        wanted[(cut + 360 if cut < 0 else cut) * 255 // 360 // 16] += 1
        unsure += near
    assert hues(picture).tolist() == wanted.tolist()
    assert unsure < 500


def test_half_apart_is_not_alike():
    """0.25 of the pixels elsewhere are 0.5 of difference: not strictly less."""
    base = counts(b0=100)
    assert not alike(base, counts(b0=75, b9=25))
    assert alike(base, counts(b0=76, b9=24))
    assert alike(base, counts(b0=7600, b9=2400))  # of pictures of another size
    assert not alike(base, counts(b0=30, b9=10))


def test_a_frame_takes_the_first_free_keyframe_not_the_best():
    a, between, b = counts(b0=100), counts(b0=80, b1=20), counts(b0=60, b1=40)
    assert alike(a, between)
    assert alike(between, b)
    assert not alike(a, b)
    assert matches([a, b], [between, a]) == 1  # a takes `between`, and b finds nothing
    assert matches([a, b], [a, between]) == 2
    assert matches([b, a], [between, a]) == 2
    assert matches([a, a, a], [a]) == 1  # one to one


def test_figures_by_hand():
    """Two users: 2 of 4 frames are found by 5 keyframes, then none of 1."""
    first, second = Agreement.of(2, U=4, K=5), Agreement.of(0, U=1, K=5)
    assert astuple(first) == pytest.approx((0.5, 0.75, 0.4, 4 / 9))
    assert astuple(second) == (0.0, 5.0, 0.0, 0.0)
    mean = Agreement.mean([first, second])
    assert mean.to_json() == pytest.approx(
        {"CUS_A": 0.25, "CUS_E": 2.875, "P": 0.2, "R": 0.25, "F": 2 / 9}
    )
    a, b, c = counts(b0=9), counts(b5=9), counts(b9=9)
    assert agreement([[a, b, b, b], [c]], [a, b, a, a, a]) == mean
    with pytest.raises(InvalidValue, match="keyframes of both, got 1 and 0"):
        agreement([[a]], [])


# Recomputed beforehand by a program of its own: CUS_A, CUS_E, P and F on the 25 odd videos.
RECOMPUTED = {
    "OV": (0.673, 0.512, 0.645, 0.615),
    "DT": (0.495, 0.291, 0.676, 0.543),
    "STIMO": (0.666, 0.548, 0.581, 0.602),
    "VSUMM1": (0.833, 0.417, 0.734, 0.760),
    "VSUMM2": (0.665, 0.282, 0.771, 0.687),
}


@pytest.fixture(scope="module")
def judged(real_data):
    """Of each video with users: its users, published keyframes and the hues of their frames."""
    if not (real_data / "ovp").is_dir():
        pytest.skip("needs ovp/ in KAIROSCOPE_REAL_DATA")
    found = reader.read(real_data / "ovp")
    rows = []
    for video in found.videos:
        if not video.users:
            continue
        published = {name: by_video[video.name] for name, by_video in found.published.items()}
        named = {i: video.nearest(i) for row in (*video.users, *published.values()) for i in row}
        hues_of = source_of(video).hues(named.values())
        rows.append((video.users, published, {i: hues_of[place] for i, place in named.items()}))
    return rows


def reached(judged, method, users_of=lambda users: users):
    """The mean over videos."""
    return Agreement.mean(
        agreement(
            [[hues_of[i] for i in user] for user in users_of(users)],
            [hues_of[i] for i in published[method]],
        )
        for users, published, hues_of in judged
    )


@pytest.mark.slow
@pytest.mark.parametrize("method", RECOMPUTED)
def test_published_keyframes_reach_what_was_recomputed(judged, method):
    assert len(judged) == 25
    assert astuple(reached(judged, method)) == pytest.approx(RECOMPUTED[method], abs=6e-4)


@pytest.mark.slow
def test_what_the_doubled_keyframes_of_one_video_cost(judged):
    """Every keyframe of v37's users is named twice; counted once, VSUMM1 has an F of .773."""
    once = reached(judged, "VSUMM1", lambda users: [sorted(set(user)) for user in users])
    assert once.f == pytest.approx(0.773, abs=6e-4)
    assert once.cus_a == pytest.approx(0.853, abs=6e-4)


def test_hues_are_read_off_files_in_rgb(tmp_path):
    still = tmp_path / "frames" / "v9" / "00001.png"
    still.parent.mkdir(parents=True)
    cv2.imwrite(str(still), np.full((4, 6, 3), (255, 0, 0), np.uint8))  # OpenCV's blue
    video = reader.SummarisedVideo("v9", ((0,),), bank={0: still})
    assert source_of(video).hues([0])[0].tolist() == counts(b10=24).tolist()
