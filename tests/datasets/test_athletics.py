"""The rendered benchmark: deterministic, truthful, physically plausible, readable as video."""

from __future__ import annotations

import json
from functools import cache
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest

from model.datasets.athletics import ATHLETICS_VERSION, FIRST_CLASSES, make_scene
from model.datasets.athletics.body import Build, Joint, forward, reach_arm, reach_leg
from model.datasets.athletics.pole import bow
from model.datasets.athletics.runup import pose
from model.datasets.athletics.stage import Stage
from model.datasets.athletics.write import render, write_scene
from tests.datasets.frozen import assert_frozen
from tests.marks import quick

SMALL = {"width": 96, "height": 72, "fps": 12.0}
STANCE_DRIFT_M = 0.04
# Mean brightness of 40x40 blocks, of frames rendered before version 2 was begun.
VERSION_1_FRAMES = [
    ("LongJump", 3, 61, "fTVUNpqickxgTlNQXlxJTmVlbGVfZWNgcHaBc45rbndbX2JgcF1eYFxbV1ZXXGBf"),
    ("LongJump", 3, 91, "wcG2X4Rmm8BEhoBFRUVocFtYXlpeaV9bb3V3fYWIioNtd2prbXFYWHh5gH19b15e"),
    ("LongJump", 3, 105, "bbHEi0FnPadKTHtlTU9Na2BhXmZfYWJobXJpdHmAcoNccHqClHd6eWVucW9nbnVv"),
    ("LongJump", 20000, 87, "gn55f2pwdG14a2l3aGtoX0ZPUldXU1VQOEhITlFIQ0BdVldcWWBgYU9OTk5GQEJF"),
    ("LongJump", 20000, 134, "T1tQS05aWFV6d2luiY6Lk1teXlxjX1xTQ0tJR1FBOjqDhH15f2xKS21ramttUkZJ"),
    ("LongJump", 20000, 148, "ZGBnZlxeYm1nXXFsY2aCgVtpV1VYVVVXREJIRlBRS0yUiZKRlZmWlF5iYWFiZWVd"),
    ("PoleVault", 3, 87, "UU9MWU5QUVdVV1ldUVRZXXVrYmliXm5fU1NSWG9bV1pSVlZTVlpWV1VWVVJQVFdX"),
    ("PoleVault", 3, 142, "xMrDwsbExMOKkIyKjJCJizpAPD9DPkFCSFBJTl9LT0hSUVBQWExSUV1gXGBuXlxa"),
    ("PoleVault", 3, 166, "V1JPVVZWWU9cV1lQWFpaUnBhZnFrcmtpaF5pYWJoZllmZWZxYWFZWWRiZGJjY2pk"),
    ("PoleVault", 20000, 86, "XVVUUltUVVliWVlcW1lZYWloa2RwYF5ub32HkI5vcoRaW1pWUlBNUWBeXV5bX11c"),
    ("PoleVault", 20000, 141, "vLbBzMG2ztaAiI2NjIiNiExNTExPTE1NVlJXU1tbVlJdV1taZGVbVnNtamh+dnp4"),
    ("PoleVault", 20000, 165, "V1lXVFtha1RXW1hZXmVnV15jXV5pa29ZfnZ5bn95jY5vc29lZGpjXWxtbG1sc3lc"),
]  # fmt: skip
FIRST_FRAME_MEAN = {"LongJump": 89.0, "PoleVault": 96.3}


@pytest.mark.slow
@pytest.mark.parametrize("action", FIRST_CLASSES)
def test_frames_are_determined_by_the_seed(action: str) -> None:
    first = np.stack(list(make_scene(action, 3, **SMALL).frames()))
    again = np.stack(list(make_scene(action, 3, **SMALL).frames()))
    other = next(make_scene(action, 4, **SMALL).frames())
    assert first.dtype == np.uint8
    assert first.shape[1:] == (72, 96, 3)
    assert np.array_equal(first, again)
    assert np.abs(first[0].astype(int) - other).mean() > 10


@pytest.mark.slow
@pytest.mark.parametrize("action", quick(1, FIRST_CLASSES))
def test_phases_cover_the_clip_and_the_run_up_dominates(action: str) -> None:
    for seed in range(30):
        scene = make_scene(action, seed)
        assert 3.0 <= scene.n_frames / scene.fps <= 7.0
        assert scene.phases[0].start == 0
        assert scene.phases[-1].end == scene.n_frames
        for before, after in zip(scene.phases[:-1], scene.phases[1:], strict=True):
            assert before.end == after.start > before.start
        run = scene.phases[0]
        assert run.name == "run-up"
        assert 0.55 <= (run.end - run.start) / scene.n_frames <= 0.70
        decisive = {p.name for p in scene.phases if p.decisive}
        assert decisive == {p.name for p in scene.phases} - {"run-up", "aftermath"}
        assert all(0 <= frame < scene.n_frames for frame in scene.moments.values())


@pytest.mark.parametrize(
    ("action", "flight", "rise_m"),
    quick(1, [("LongJump", "flight", 0.25), ("PoleVault", "vault", 2.5)]),
)
def test_the_athlete_rises_in_flight(action: str, flight: str, rise_m: float) -> None:
    for seed in range(20000, 20010):
        scene = make_scene(action, seed)
        height = scene.performance.root_T2[:, 1]
        phase = next(p for p in scene.phases if p.name == flight)
        run = scene.phases[0]
        assert height[phase.start : phase.end].max() > height[: run.end].max() + rise_m
        assert phase.start <= scene.moments["apex"] < phase.end


@pytest.mark.parametrize("action", quick(1, FIRST_CLASSES))
def test_a_foot_on_the_ground_stays_where_it_is(action: str) -> None:
    """Over a whole stance of the run-up, in which the body travels 0.8 m, the toes move < 4 cm."""
    drifts = []
    for seed in range(4):
        scene = make_scene(action, seed, fps=100.0)
        for side in ("R", "L"):
            toe = scene.performance.joints_TJ3[: scene.phases[0].end, Joint[f"TOE_{side}"], :2]
            down = np.concatenate([[False], toe[:, 1] < 1e-3, [False]])
            edges = np.flatnonzero(np.diff(down.astype(int)))
            stances = [toe[i:j, 0] for i, j in zip(edges[::2], edges[1::2], strict=True)]
            drifts += [np.ptp(x) for x in stances if len(x) > 3]
    assert len(drifts) >= 24
    assert max(drifts) < STANCE_DRIFT_M


@pytest.mark.parametrize("action", FIRST_CLASSES)
def test_bodies_keep_their_proportions_and_move_without_jumps(action: str) -> None:
    scene = make_scene(action, 12, fps=50.0)
    joints = scene.performance.joints_TJ3
    build = scene.performance.build
    for a, b, length in (
        (Joint.HIP_R, Joint.KNEE_R, build.thigh),
        (Joint.KNEE_L, Joint.ANKLE_L, build.shank),
        (Joint.SHOULDER_R, Joint.ELBOW_R, build.upper_arm),
    ):
        assert np.allclose(np.linalg.norm(joints[:, a] - joints[:, b], axis=1), length)
    speed = np.linalg.norm(np.diff(joints, axis=0), axis=2) * scene.fps
    assert speed.max() < 32.0
    assert joints[:, :, 1].min() > -0.25


def test_inverse_kinematics_reaches_its_targets() -> None:
    build = Build(1.8)
    poses = np.tile(pose(lean=20.0, yaw=12.0), (3, 1))
    root = np.tile([1.0, 0.9], (3, 1))
    ankle = np.array([[1.2, 0.2], [0.7, 0.25], [1.0, 0.3]])
    hand = np.array([[1.5, 1.5], [1.3, 1.2], [1.6, 1.7]])
    legs = reach_leg(build, root, poses, "R", ankle, np.zeros(3))
    arms = reach_arm(build, root, legs, "L", hand)
    joints = forward(build, root, arms)
    assert np.allclose(joints[:, Joint.ANKLE_R, 1], ankle[:, 1], atol=0.02)
    assert np.allclose(joints[:, Joint.ANKLE_R, 0], ankle[:, 0], atol=0.02)
    assert np.allclose(joints[:, Joint.HAND_L, :2], hand, atol=0.02)
    foot = joints[:, Joint.TOE_R] - joints[:, Joint.HEEL_R]
    assert np.allclose(foot[:, 1], 0.0, atol=0.005)


def test_a_bent_pole_keeps_its_length() -> None:
    tip, hand = np.array([4.0, 0.0]), np.array([1.6, 2.4])
    curve = bow(tip, hand, 4.0, 400)
    length = np.linalg.norm(np.diff(curve, axis=0), axis=1).sum()
    assert length == pytest.approx(4.0, rel=0.03)
    assert np.allclose(curve[[0, -1]], [tip, hand])


def test_the_vaulter_holds_the_pole_until_the_release() -> None:
    scene = make_scene("PoleVault", 5, fps=50.0)
    pole = next(p for p in scene.performance.props if hasattr(p, "track")).track
    held = slice(0, scene.moments["release"] - 1)
    hand = scene.performance.joints_TJ3[held, Joint.HAND_R, :2]
    gap = np.linalg.norm(hand - pole.hand_T2[held], axis=1)
    assert gap.max() < 0.06
    gone = scene.moments["apex"] + 5
    assert (
        np.linalg.norm(scene.performance.joints_TJ3[gone, Joint.HAND_R, :2] - pole.hand_T2[gone])
        > 0.3
    )


@pytest.mark.slow
def test_the_run_up_background_moves() -> None:
    frames = np.stack(list(islice(make_scene("LongJump", 2, **SMALL).frames(), 20))).astype(float)
    change = np.abs(np.diff(frames, axis=0)).mean(axis=(1, 2, 3))
    assert change.min() > 3.0


@pytest.mark.slow
@pytest.mark.parametrize(("codec", "suffix"), [("h264", ".mp4"), ("mpeg4", ".avi")])
def test_a_written_file_decodes_to_the_scene(tmp_path: Path, codec: str, suffix: str) -> None:
    scene = make_scene("PoleVault", 20001, **SMALL)
    path = tmp_path / f"clip{suffix}"
    write_scene(scene, path, codec=codec)
    with av.open(str(path)) as container:
        decoded = [f.to_ndarray(format="rgb24") for f in container.decode(video=0)]
        assert float(container.streams.video[0].average_rate) == pytest.approx(12.0)
    assert len(decoded) == scene.n_frames
    original = list(scene.frames())
    error = np.mean(
        [np.abs(a.astype(int) - b).mean() for a, b in zip(decoded, original, strict=True)]
    )
    assert error < 12.0
    truth = json.loads(path.with_suffix(".json").read_text())
    assert truth == scene.truth()
    assert truth["version"] == "1"


@pytest.mark.slow
def test_render_lays_clips_out_as_ucf101_does(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    paths = render(
        tmp_path, clips_per_class=1, seed0=7, on_progress=lambda k, n: seen.append((k, n)), **SMALL
    )
    names = [p.relative_to(tmp_path).as_posix() for p in paths]
    assert names == [f"{c}/v_{c}_g01_c01.mp4" for c in FIRST_CLASSES]
    assert all(p.stat().st_size > 1000 and p.with_suffix(".json").exists() for p in paths)
    assert seen == [(1, 2), (2, 2)]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"action": "Croquet", "seed": 1}, "unknown action"),
        ({"action": "LongJump", "seed": -1}, "negative"),
        ({"action": "LongJump", "seed": 1, "width": 321}, "even"),
        ({"action": "LongJump", "seed": 1, "fps": 1.0}, "fps"),
    ],
)
def test_impossible_scenes_are_refused(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make_scene(**arguments)


def test_a_suffix_that_does_not_fit_the_codec_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="goes into"):
        write_scene(make_scene("LongJump", 1, **SMALL), tmp_path / "clip.avi")


@cache
def stage(action: str, seed: int) -> Stage:
    """Of a scene that several tests look at: a stage takes longer than a frame on it."""
    return Stage(make_scene(action, seed))


@pytest.mark.slow
def test_version_1_is_frozen() -> None:
    """What was trained on and reported must stay, while later versions add to it."""
    assert ATHLETICS_VERSION == "2"
    assert FIRST_CLASSES == ("LongJump", "PoleVault")
    stages = {action: stage(action, 20000) for action in FIRST_CLASSES}
    starts = {a: [p.start for p in one.scene.phases] for a, one in stages.items()}
    assert starts == {"LongJump": [0, 119, 126, 145, 168], "PoleVault": [0, 100, 113, 162]}
    means = {a: float(one.frame(one.scene.first).mean()) for a, one in stages.items()}
    assert means == pytest.approx(FIRST_FRAME_MEAN, abs=0.5)


@pytest.mark.slow
@pytest.mark.parametrize(("action", "seed", "index", "blocks"), VERSION_1_FRAMES)
def test_the_pixels_of_version_1_are_frozen(
    action: str, seed: int, index: int, blocks: str
) -> None:
    assert_frozen(stage(action, seed).frame(index), blocks)
