"""Cached step images: the right steps, decoded once, made again when anything changes."""

import io

import numpy as np
import pytest

from model.errors import InvalidValue, UnreadableVideo
from model.features.steps import shrink
from model.networks.frontend import Recipe
from model.training import clips
from model.training.clips import ClipCache, StepImages, step_images
from model.training.steps import decoded_pairs, decoded_steps
from model.video.flow import make_flow, quantise_flow
from tests.clips import grey_frames, levels, moving_square, write_clip

RECIPE = Recipe(steps_per_second=5.0)
ARRAYS = ("rgb_THWC", "flow_THWC", "time_T", "index_T")


@pytest.fixture
def decodes(monkeypatch):
    """The paths decoded, in order."""
    seen = []

    def counting(path, *rest, **options):
        seen.append(path)
        return decoded_pairs(path, *rest, **options)

    monkeypatch.setattr(clips, "decoded_pairs", counting)
    return seen


@pytest.fixture
def clip(tmp_path):
    return write_clip(tmp_path / "a.mp4", moving_square(30))


def cache_in(folder, **changes):
    options = {"recipe": RECIPE, "side": 64, "max_steps": 32, "cap_bytes": 10**9}
    return ClipCache(folder, **(options | changes))


def assert_same(a, b):
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))


@pytest.mark.slow
def test_steps_follow_the_recipes_clock(tmp_path):
    path = write_clip(tmp_path / "a.mp4", grey_frames(30))
    images = step_images(path, RECIPE, 64, 32)
    assert images.index_T.tolist() == [0, 5, 10, 15, 20, 25]
    np.testing.assert_allclose(images.time_T, np.arange(6) / 5)
    assert images.rgb_THWC.shape == images.flow_THWC.shape == (6, 64, 64, 3)
    greys = images.rgb_THWC.mean(axis=(1, 2, 3))
    np.testing.assert_allclose(greys, np.array(levels(30))[images.index_T], atol=2.5)


@pytest.mark.slow
def test_flow_images_are_quantised_on_the_grid_and_then_shrunk(clip):
    [batch] = decoded_steps(clip, 5.0, "dis")
    images = step_images(clip, RECIPE, 64, 32)
    np.testing.assert_array_equal(images.flow_THWC, shrink(quantise_flow(batch.flows_NHW2), 64))
    assert (images.flow_THWC[..., 0] > 140).any()  # to the right


@pytest.mark.slow
def test_many_steps_are_thinned_to_the_middles_of_equal_parts(clip):
    images = step_images(clip, Recipe(steps_per_second=0), 64, 10)  # 30 frames
    assert images.index_T.tolist() == [1, 4, 7, 10, 13, 16, 19, 22, 25, 28]


@pytest.mark.slow
def test_flow_is_computed_of_the_steps_that_stay_alone(clip, monkeypatch):
    """Of every frame's flow, those of the frames that thinning leaves: ten of thirty."""
    computed = []

    def counting(name):
        solver = make_flow(name)
        return lambda *frames: computed.append(name) or solver(*frames)

    monkeypatch.setattr(clips, "make_flow", counting)
    images = step_images(clip, Recipe(steps_per_second=0), 64, 10)
    assert len(computed) == len(images) == 10
    flows_NHW2 = np.concatenate([batch.flows_NHW2 for batch in decoded_steps(clip, 0, "dis")])
    wanted = shrink(quantise_flow(flows_NHW2[images.index_T]), 64)
    np.testing.assert_array_equal(images.flow_THWC, wanted)


@pytest.mark.slow
def test_very_many_steps_stay_even_from_few_candidates(tmp_path, monkeypatch):
    """Of 70 steps, 3 wanted and so 12 candidates at most, every eighth is left: 0, 8, ... 64."""
    path, candidates = write_clip(tmp_path / "a.mp4", grey_frames(70)), []

    def watched(kept, K):
        candidates.append(kept)
        return midpoints(kept, K)

    midpoints = clips.midpoints
    monkeypatch.setattr(clips, "midpoints", watched)
    images = step_images(path, Recipe(steps_per_second=0), 32, 3)
    assert candidates == [9]
    assert images.index_T.tolist() == [8, 32, 56]
    greys = images.rgb_THWC.mean(axis=(1, 2, 3))
    np.testing.assert_allclose(greys, np.array(levels(70))[images.index_T], atol=2.5)


@pytest.mark.slow
def test_a_clip_is_decoded_once(clip, tmp_path, decodes):
    cache = cache_in(tmp_path / "cache")
    first = cache.get(clip)
    assert_same(first, cache.get(clip))
    assert_same(first, cache_in(tmp_path / "cache").get(clip))  # as another process would
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(clip.read_bytes())
    assert_same(first, cache.get(copy))  # the bytes count, not the name
    assert decodes == [clip]


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes",
    [
        {"recipe": Recipe(steps_per_second=4.0)},
        {"recipe": Recipe(steps_per_second=5.0, flow="farneback")},
        {"side": 48},
        {"max_steps": 3},
    ],
)
def test_whatever_determines_the_images_is_in_the_key(clip, tmp_path, decodes, changes):
    cache_in(tmp_path / "cache").get(clip)
    other = cache_in(tmp_path / "cache", **changes)
    recipe, side, most = other.recipe, other.side, other.max_steps
    assert_same(other.get(clip), step_images(clip, recipe, side, most))
    assert len(decodes) == 3


@pytest.mark.slow
def test_what_the_images_do_not_depend_on_is_not(clip, tmp_path, decodes):
    cache_in(tmp_path / "cache").get(clip)
    cache_in(tmp_path / "cache", recipe=Recipe(steps_per_second=5.0, position=2)).get(clip)
    assert len(decodes) == 1


@pytest.mark.slow
def test_a_new_maker_makes_them_again(clip, tmp_path, decodes, monkeypatch):
    cache_in(tmp_path / "cache").get(clip)
    monkeypatch.setattr(clips, "MAKER", clips.MAKER + 1)
    cache_in(tmp_path / "cache").get(clip)
    assert len(decodes) == 2


@pytest.mark.slow
def test_a_changed_file_is_another_clip(clip, tmp_path, decodes):
    cache = cache_in(tmp_path / "cache")
    assert len(cache.get(clip)) == 6
    write_clip(clip, grey_frames(10))
    assert len(cache.get(clip)) == 2


@pytest.mark.slow
def test_a_damaged_file_is_made_again(clip, tmp_path, decodes):
    cache = cache_in(tmp_path / "cache")
    first = cache.get(clip)
    [stored] = (tmp_path / "cache").iterdir()
    stored.write_bytes(stored.read_bytes()[:-7])
    assert_same(first, cache.get(clip))
    assert_same(first, cache.get(clip))
    assert len(decodes) == 2


@pytest.mark.slow
def test_what_is_stored_holds_no_pickle(clip, tmp_path):
    cache_in(tmp_path / "cache").get(clip)
    [stored] = (tmp_path / "cache").iterdir()
    with np.load(io.BytesIO(stored.read_bytes()[32:]), allow_pickle=False) as arrays:
        assert sorted(arrays.files) == sorted(ARRAYS)
    assert stored.stat().st_size < 6 * 2 * 64 * 64 * 3  # compressed


@pytest.mark.slow
def test_a_small_cap_drops_clips_and_says_so(tmp_path, decodes):
    paths = [write_clip(tmp_path / f"{n}.mp4", moving_square(12, step=n + 1)) for n in range(3)]
    one = cache_in(tmp_path / "probe")
    one.get(paths[0])
    size = next((tmp_path / "probe").iterdir()).stat().st_size
    cache = cache_in(tmp_path / "cache", cap_bytes=round(1.5 * size))
    images = [cache.get(path) for path in paths]
    assert cache.dropped >= 1
    assert sum(p.stat().st_size for p in (tmp_path / "cache").iterdir()) <= 1.5 * size
    assert_same(images[0], cache.get(paths[0]))


@pytest.mark.slow
def test_filling_computes_what_is_not_there_and_names_the_unreadable(tmp_path, decodes):
    good = [write_clip(tmp_path / f"{n}.mp4", moving_square(12, step=n)) for n in (1, 2, 3)]
    broken, absent = tmp_path / "broken.mp4", tmp_path / "absent.mp4"
    broken.write_bytes(b"no video")
    cache, told = cache_in(tmp_path / "cache"), []
    cache.get(good[0])
    paths = [absent, *good, broken]
    faults = cache.fill(paths, jobs=2, on_progress=lambda *progress: told.append(progress))
    assert [fault.path for fault in faults] == [absent, broken]
    assert {fault.code for fault in faults} == {"unreadable-video"}
    assert "there is no file" in faults[0].message
    assert [(done, total) for done, total, _ in told] == [(n, 5) for n in (1, 2, 3, 4, 5)]
    assert sorted(decodes[1:]) == sorted([*good[1:], broken])
    cache.fill(good)
    for path in good:
        cache.get(path)
    assert len(decodes) == 4


def test_an_unreadable_clip_is_refused_and_not_kept(tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"no video")
    cache = cache_in(tmp_path / "cache")
    for path in (tmp_path / "a.mp4", tmp_path / "absent.mp4", tmp_path):
        with pytest.raises(UnreadableVideo):
            cache.get(path)
    assert list((tmp_path / "cache").iterdir()) == []


def test_arrays_that_do_not_belong_together_are_refused():
    frames, times, index = np.zeros((2, 8, 8, 3), np.uint8), np.zeros(2), np.zeros(2, np.int64)
    StepImages(frames, frames, times, index)
    for wrong in ((frames[:1], frames, times, index), (frames, frames, times, index[:1])):
        with pytest.raises(InvalidValue):
            StepImages(*wrong)
    with pytest.raises(InvalidValue):
        ClipCache(None, recipe=RECIPE, side=0, max_steps=1, cap_bytes=1)
