"""Maps kept on the disk equal those of the front, are computed once and respect the cap."""

import os

import numpy as np
import pytest
import torch

from model.training.augment import resize
from model.training.clips import StepImages
from model.training.sources import ImageSource, MapSource, MapStore, Pick
from model.training.views import WHOLE, ImageStore, Views
from tests.training.labelled import small_network

T = 5


class Pictures:
    """Made-up step images; counts how often each clip is asked for."""

    key = "pictures"

    def __init__(self):
        self.asked = []

    def __call__(self, path, view):
        self.asked.append((path.name, view))
        seed = sum(path.name.encode()) + 100 * (view + 1)
        rng = np.random.default_rng(seed)
        return tuple(rng.integers(0, 256, (T, 32, 32, 3), np.uint8) for _ in range(2))

    def steps(self, path, view, step_M):
        return tuple(images[step_M] for images in self(path, view))


@pytest.fixture
def paths(tmp_path):
    files = [tmp_path / name for name in ("a.mp4", "b.mp4", "c.mp4")]
    for file in files:
        file.write_bytes(file.name.encode())
    return files


@pytest.fixture(scope="module")
def network():
    return small_network().eval()


def store(tmp_path, network, pictures, key="one", **more):
    return MapStore(tmp_path / "maps", network.front, pictures, key, **more)


@pytest.mark.slow
def test_cached_maps_are_those_of_the_front_in_half_precision(tmp_path, paths, network):
    pictures = Pictures()
    cached = MapSource(store(tmp_path, network, pictures), paths, [T] * 3)
    live = ImageSource(paths, [T] * 3, pictures.steps, 1)
    picks = [Pick(1, 0, np.array([3, 0])), Pick(0, WHOLE, np.array([2]))]
    with torch.no_grad():
        wanted = live.read(network, picks)
    for _ in range(2):  # computed, then from the disk
        for got, exact in zip(cached.read(network, picks), wanted, strict=True):
            assert got.shape[0] == 3
            torch.testing.assert_close(got, exact, rtol=1e-3, atol=1e-3)


@pytest.mark.slow
def test_a_front_in_bfloat16_is_near_and_kept_apart(tmp_path, paths, network):
    pictures = Pictures()
    exact, pooled = store(tmp_path, network, pictures).get(paths[0], 0)
    quick = store(tmp_path, network, pictures, precision="bfloat16")
    near, near_pooled = quick.get(paths[0], 0)
    assert len(pictures.asked) == 2
    assert not np.array_equal(near, exact)
    for got, wanted in ((near, exact), (near_pooled, pooled)):
        error = np.abs(got.astype(np.float64) - wanted).mean() / np.abs(wanted).mean()
        assert error < 0.02


def test_a_clip_is_computed_once_for_each_view(tmp_path, paths, network):
    pictures = Pictures()
    for _ in range(2):
        kept = store(tmp_path, network, pictures)
        assert kept.get(paths[0], 0)[0].dtype == np.float16
        kept.get(paths[0], WHOLE)
        assert kept.steps(paths[0]) == T
    assert pictures.asked == [("a.mp4", 0), ("a.mp4", WHOLE)]


@pytest.mark.slow
def test_a_changed_file_or_another_key_is_computed_again(tmp_path, paths, network):
    pictures = Pictures()
    store(tmp_path, network, pictures).get(paths[0], 0)
    store(tmp_path, network, pictures, key="two").get(paths[0], 0)
    os.utime(paths[0], (1, 1))
    store(tmp_path, network, pictures).get(paths[0], 0)
    assert len(pictures.asked) == 3


@pytest.mark.slow
def test_beyond_the_cap_maps_are_computed_each_time_and_it_is_said_once(tmp_path, paths, network):
    pictures = Pictures()
    first = store(tmp_path, network, pictures)
    first.get(paths[0], 0)
    used = sum(file.stat().st_size for file in first.kept.folder.iterdir())
    small = store(tmp_path, network, pictures, cap_bytes=used + 100)
    for _ in range(2):
        small.get(paths[0], 0)
        small.get(paths[1], 0)
    assert [name for name, _ in pictures.asked] == ["a.mp4", "b.mp4", "b.mp4"]
    assert "computed again" in small.kept.notice
    assert sum(file.stat().st_size for file in first.kept.folder.iterdir()) == used


def test_maps_of_other_fronts_make_room(tmp_path, paths, network):
    pictures = Pictures()
    old = store(tmp_path, network, pictures, key="old")
    old.get(paths[0], 0)
    used = sum(file.stat().st_size for file in old.kept.folder.iterdir())
    new = store(tmp_path, network, pictures, key="new", cap_bytes=used + 100)
    new.get(paths[0], 0)
    assert not new.kept.notice
    assert all(new.kept.key in file.name for file in new.kept.folder.iterdir())


@pytest.mark.slow
def test_images_let_the_gradient_reach_the_front(paths):
    network = small_network()
    network.front.requires_grad_(True)
    live = ImageSource(paths, [T] * 3, Pictures().steps, 1)
    x_s, x_t, pooled = live.read(network, [Pick(0, 0, np.arange(T))])
    (x_s.sum() + x_t.sum() + pooled.sum()).backward()
    assert all(p.grad is not None and p.grad.any() for p in network.front.parameters())


class Cache:
    """A clip of two steps whose pixels know their row and column; counts how often it is asked."""

    side, max_steps, key = 64, 2, "cache"

    def __init__(self):
        ramp, self.asked = np.arange(64, dtype=np.uint8), 0
        rgb = np.zeros((2, 64, 64, 3), np.uint8)
        rgb[..., 0], rgb[..., 1], rgb[1, ..., 2] = ramp[:, None], ramp, 9
        self.images = StepImages(rgb, 255 - rgb, np.arange(2.0), np.arange(2))

    def get(self, path):
        self.asked += 1
        return self.images


def test_views_are_crops_that_differ_and_the_whole_picture(tmp_path):
    cache = Cache()
    views = Views(cache, 32, 5)
    cut = [views(tmp_path / "a.mp4", view)[0] for view in range(5)]
    corners = {tuple(c[0, 0, 0, :2].tolist()) for c in cut}
    assert len(corners) == 5
    assert all(low in (0, 4, 8) for corner in corners for low in corner)
    whole = views(tmp_path / "a.mp4", WHOLE)[0]
    np.testing.assert_array_equal(whole, resize(cache.images.rgb_THWC, 32))


@pytest.mark.parametrize("cap_bytes", [1 << 20, 100])
def test_picked_images_are_those_of_the_view(tmp_path, paths, cap_bytes):
    """Whether they lie on the disk, unpacked once, or are unpacked each time beyond the cap."""
    cache = Cache()
    views = Views(cache, 32, 5)
    images = ImageStore(tmp_path / "images", views, cap_bytes)
    assert images.steps(paths[0]) == 2
    picks = [(view, np.array(step_M)) for view in (0, 3, WHOLE) for step_M in ([1], [1, 0])]
    got = [images(paths[0], view, step_M) for view, step_M in picks]
    assert cache.asked == (1 if cap_bytes > 100 else 7)
    assert bool(images.kept.notice) == (cap_bytes == 100)
    for (view, step_M), pair in zip(picks, got, strict=True):
        for one, wanted in zip(pair, views(paths[0], view), strict=True):
            np.testing.assert_array_equal(one, wanted[step_M])
