"""The twelve classes: what siblings share, what tells them apart, whom a split may not share."""

from __future__ import annotations

import numpy as np
import pytest

from model.datasets.athletics import ATHLETICS_VERSION, CLASSES, Scene, make_scene
from model.datasets.athletics.body import Channel, Joint
from model.datasets.athletics.light import draw_kit, draw_light
from model.datasets.athletics.portrait import EYE, MOUTH
from model.datasets.athletics.scene import Action
from model.datasets.athletics.stage import Stage
from model.datasets.athletics.strokes import STROKES
from tests.datasets.frozen import assert_frozen
from tests.marks import quick

SMALL = {"width": 96, "height": 72, "fps": 12.0}
SEEDS = (0, 9999, 10000, 20003, 20010)
NAMES = {
    "ApplyEyeMakeup", "ApplyLipstick", "Archery", "BreastStroke", "CliffDiving", "Diving",
    "FrontCrawl", "HighJump", "JavelinThrow", "LongJump", "PoleVault", "TaiChi",
}  # fmt: skip
SIBLINGS = [
    ("HighJump", "JavelinThrow"),
    ("LongJump", "PoleVault"),
    ("Diving", "CliffDiving"),
    ("FrontCrawl", "BreastStroke"),
    ("ApplyEyeMakeup", "ApplyLipstick"),
    ("Archery", "TaiChi"),
]


def scene(action: str, seed: int, **options: float) -> Scene:
    return make_scene(action, seed, version="2", **options)


def test_there_are_twelve_classes_in_five_families() -> None:
    assert set(CLASSES) == NAMES
    assert list(CLASSES) == sorted(CLASSES)
    assert len({Action.registry[name].family for name in CLASSES}) == 5


@pytest.mark.slow
@pytest.mark.parametrize("action", quick(1, CLASSES))
def test_frames_are_determined_by_the_seed_and_move(action: str) -> None:
    first = np.stack(list(scene(action, 5, **SMALL).frames()))
    again = np.stack(list(scene(action, 5, **SMALL).frames()))
    assert first.shape[1:] == (72, 96, 3)
    assert np.array_equal(first, again)
    other = next(scene(action, 9, **SMALL).frames())
    assert np.abs(first[0].astype(int) - other).mean() > 5
    assert first.std(axis=(1, 2, 3)).min() > 4  # no frame is blank


@pytest.mark.parametrize("action", quick(4, CLASSES))
def test_phases_cover_a_clip_of_two_to_eight_seconds(action: str) -> None:
    after = 0
    for seed in range(12):
        clip = scene(action, seed)
        assert 2.0 <= clip.n_frames / clip.fps <= 8.0
        assert clip.phases[0].start == 0
        assert clip.phases[-1].end == clip.n_frames
        for one, two in zip(clip.phases[:-1], clip.phases[1:], strict=True):
            assert one.end == two.start > one.start
        decisive = sum(p.end - p.start for p in clip.phases if p.decisive)
        assert 0.1 < decisive / clip.n_frames < 0.75
        assert not clip.phases[0].decisive
        assert clip.phases[0].end / clip.fps > 0.2
        assert all(0 <= frame < clip.n_frames for frame in clip.moments.values())
        after += not clip.phases[-1].decisive
    assert after >= 8 or action == "PoleVault"  # whose last phase is the landing


@pytest.mark.slow
@pytest.mark.parametrize(("one", "other"), quick(2, SIBLINGS))
def test_siblings_share_actors_and_places(one: str, other: str) -> None:
    for seed in SEEDS:
        a, b = scene(one, seed), scene(other, seed)
        assert a.performance.build == b.performance.build
        assert draw_kit(a.rng("kit")) == draw_kit(b.rng("kit"))
        assert draw_light(a.rng("light")) == draw_light(b.rng("light"))
        assert a.rng("venue").uniform() == b.rng("venue").uniform()


@pytest.mark.slow
def test_no_actor_or_place_is_in_two_parts() -> None:
    """Groups are whole within a part, and two groups never look the same."""
    for last, first in ((9999, 10000), (19999, 20000)):
        before, after = scene("Diving", last), scene("Diving", first)
        assert before.group != after.group
    seeds = [*range(80), *range(10000, 10040), *range(20000, 20080)]
    looks: dict[tuple[object, ...], int] = {}
    for seed in seeds:
        clip = scene("Archery", seed)
        look = (clip.performance.build, draw_kit(clip.rng("kit")), clip.rng("venue").uniform())
        assert looks.setdefault(look, clip.group) == clip.group
    assert len(looks) == len({seed // 4 for seed in seeds})


def test_version_2_varies_what_version_1_showed() -> None:
    one, two = make_scene("LongJump", 20000), scene("LongJump", 20000)
    assert (one.version, two.version) == ("1", "2")
    assert one.performance.build != two.performance.build
    with pytest.raises(ValueError, match="version '1' of Diving"):
        make_scene("Diving", 1, version="1")
    with pytest.raises(ValueError, match="version '3'"):
        make_scene("Diving", 1, version="3")


@pytest.mark.slow
def test_the_run_up_is_the_same_motion_for_all_four() -> None:
    """Legs driven by one gait: knees bend as far, feet swing as fast, whatever comes after."""
    bends = {}
    for action in ("LongJump", "PoleVault", "HighJump", "JavelinThrow"):
        knees = []
        for seed in range(0, 40, 4):
            clip = make_scene(action, seed, version="2")
            act = clip.performance
            end = clip.first + next(p.start for p in clip.phases if p.decisive)
            hip, knee, ankle = (act.joints_TJ3[: end - 8, Joint[f"{n}_R"]] for n in
                                ("HIP", "KNEE", "ANKLE"))  # fmt: skip
            a, b = knee - hip, ankle - knee
            cos = np.sum(a * b, axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
            knees.append(np.degrees(np.arccos(cos)).mean())
        bends[action] = np.mean(knees)
    assert max(bends.values()) - min(bends.values()) < 4.0


def test_the_high_jumper_passes_over_the_bar_backwards() -> None:
    for seed in range(0, 40, 4):
        clip = scene("HighJump", seed, fps=50.0)
        act = clip.performance
        bar = next(p for p in act.props if hasattr(p, "bar"))
        apex = clip.moments["apex"] + clip.first
        assert abs(act.root_T2[apex, 0] - bar.x) < 0.1
        assert act.root_T2[apex, 1] > bar.bar + 0.15
        chest = act.joints_TJ3[apex, Joint.KNEE_R, 1] - act.joints_TJ3[apex, Joint.PELVIS, 1]
        assert act.joints_TJ3[apex, Joint.HEAD, 0] > act.root_T2[apex, 0]  # head first
        assert chest < 0.35


def test_the_javelin_is_held_until_the_release() -> None:
    clip = scene("JavelinThrow", 8, fps=50.0)
    act = clip.performance
    stick, release = act.props[0], clip.moments["release"] + clip.first
    gap = np.linalg.norm(stick.middle_T3 - act.joints_TJ3[:, Joint.HAND_R], axis=1)
    assert gap[:release].max() < 1e-9
    assert gap[release + 10] > 2.0
    assert np.diff(act.root_T2[:, 0])[-10:].max() < 0.02  # stopped


@pytest.mark.slow
def test_divers_enter_the_water_with_the_hands_and_cliff_divers_with_the_feet() -> None:
    for seed in range(0, 60, 4):
        low = {}
        for action in ("Diving", "CliffDiving"):
            clip = scene(action, seed, fps=50.0)
            entry = clip.moments["entry"] + clip.first
            joints = clip.performance.joints_TJ3[entry]
            low[action] = joints[Joint.HAND_R, 1] < joints[Joint.ANKLE_R, 1]
            assert -0.6 < joints[:, 1].min() < 0.6
            flight = next(p for p in clip.phases if p.name == "flight")
            before = clip.performance.joints_TJ3[clip.first + flight.start]
            assert before[:, 1].min() > 4.0
        assert low == {"Diving": True, "CliffDiving": False}


def test_crawl_arms_alternate_and_breaststroke_arms_move_together() -> None:
    build = scene("FrontCrawl", 0).performance.build
    cycles = np.linspace(0.0, 2.0, 200, endpoint=False)
    unlike = {}
    for name, stroke in STROKES.items():
        _, poses = stroke(build, cycles)
        arms = np.exp(1j * np.radians(poses[:, [Channel.ARM_R, Channel.ARM_L]]))
        unlike[name] = np.abs(arms[:, 0] - arms[:, 1]).mean()
        first, last = poses[:100], poses[100:]
        turned = np.abs(np.exp(1j * np.radians(first)) - np.exp(1j * np.radians(last)))
        assert turned.max() < 1e-9  # one cycle is as the next
    assert unlike["crawl"] > 1.0
    assert unlike["breast"] < 0.1


@pytest.mark.parametrize(("action", "place"), [("ApplyEyeMakeup", EYE), ("ApplyLipstick", MOUTH)])
def test_the_tool_works_where_the_class_says(action: str, place: np.ndarray) -> None:
    for seed in range(10):
        clip = scene(action, seed)
        part = next(p for p in clip.phases if p.decisive)
        tip = clip.performance.portrait.tip_T2[clip.first :][part.start + 2 : part.end - 2]
        gap = np.abs(np.abs(tip) - np.abs(place))
        assert gap.max() < 0.03
        before = clip.performance.portrait.tip_T2[clip.first : clip.first + part.start]
        assert np.linalg.norm(before - tip.mean(axis=0), axis=1).max() > 0.06


def test_the_arrow_leaves_at_the_release_and_only_then() -> None:
    clip = scene("Archery", 4)
    act = clip.performance
    arrow, part = act.props[1], next(p for p in clip.phases if p.decisive)
    start, stop = part.start + clip.first, part.end + clip.first
    assert np.isnan(arrow.middle_T3[: start - 1]).all()
    gap = np.linalg.norm(
        arrow.middle_T3 - 0.5 * (act.joints_TJ3[:, Joint.HAND_L] + act.joints_TJ3[:, Joint.HAND_R]),
        axis=1,
    )
    assert gap[start + 1 : stop - 15].max() < 1e-9
    assert gap[stop - 1] > 5.0


@pytest.mark.parametrize(("action", "blocks"), quick(2, [
    ("ApplyEyeMakeup", "a2hlYl9dWld5eWdYQT1HV2tuYj1kbktIXG9ebGp+ZUFmeIKJlpV4UU19dH2Lj2FX"),
    ("ApplyLipstick", "X2FlZ2lpb3JfYWVcQT9Uf19dXUVxe1FtX1ZSU3yLhV9fYmVhgnWQcF9iZWduiHl/"),
    ("Archery", "JCIZHSEiICAaGhYWKB0WFk5XV1xZXFxYTkhKTD1KR0hGRUVHU0hJSUZIS0tKR0RE"),
    ("BreastStroke", "tri1tbi4urebnqCVnJWVlJ+qoG6QnJ2XnJ6WlZqVkJedm5uZnqCgoJ6cnJ6gnJye"),
    ("CliffDiving", "0NDY19DQ0NDS0tTT09PS09XV1dTU1dXV19fX177m5diQwcWpzcjAvIqTkZ23n5qe"),
    ("Diving", "oqKioqOloqKjo4ifo6Ojo3NtS2l1o6amTltcX46aqKhYZV5Zd5Snql1kXVVUY3Oi"),
    ("FrontCrawl", "vbG1wMDAwMCmpKakp6akqI2TkZWYmpOWmZCChJCBjZeWjouIjYSHjouOmqCjn56l"),
    ("HighJump", "TkhZW1JJSEVNSUxXS0pNSlBQbG5kZGFPalt3d3B2f2pVVFJTU2BcXlNTUlBOS0hK"),
    ("JavelinThrow", "KCsmKCYkICgkKCgoKCYjKDp2aFx3WkxGPz4+Pj1BPy45OTk4NTk0LTg4OTo5NTQ0"),
    ("LongJump", "OTs5OTc6QDM8PDg8Oj9CO3RTY2Q0T0Q1P0VDSEE3KCg5Ojs5OjpCRTM2Oz49Ojo6"),
    ("PoleVault", "R0BER0RAP0lLQkVKR0JBSkxLRE1JRUVJVUZQXVhSUVhdTVRaUVJXXlVOTk9KRktR"),
    ("TaiChi", "ERgWEBAQEhUfICNLIR0fIGJhWURdXWBiPkJFNENEQUA8PT9VQj89PD49Ojw8Ozs7"),
]))  # fmt: skip
def test_version_2_is_frozen(action: str, blocks: str) -> None:
    """What is trained on and reported must stay: a change here needs a new version."""
    assert ATHLETICS_VERSION == "2"
    clip = scene(action, 20001)
    assert_frozen(Stage(clip).frame(clip.first + clip.n_frames // 2), blocks)
