"""What every recogniser promises; a new file in model/recognisers is taken up by itself."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from model.errors import KairoscopeError
from model.features.types import Shots
from model.recognisers import registry
from model.recognisers.base import Recogniser

ROOT = Path(__file__).resolve().parents[2]
S, STRIDE = 20, 3
LARGE = {"i3d", "rtsae-dscnn"}  # each answer takes tenths of a second, or seconds
NAMES = [pytest.param(n, marks=[pytest.mark.slow] * (n in LARGE)) for n in sorted(registry())]


@pytest.fixture(scope="module", params=NAMES)
def recogniser(request: pytest.FixtureRequest) -> Recogniser:
    return registry()[request.param].untrained(seed=0)


@pytest.fixture(scope="module")
def shots(recogniser: Recogniser) -> Shots:
    """Every third frame of noise that drifts, with flow where it is wanted."""
    random, side = np.random.default_rng(0), recogniser.size
    images = random.integers(0, 256, (2, S, side, side, 3), np.uint8)
    index_S = STRIDE * np.arange(S)
    flow = images[1] if recogniser.needs_flow else None
    return Shots(index_S, index_S / 25, images[0], flow)


def test_it_says_what_it_is(recogniser: Recogniser) -> None:
    told = recogniser.describe()
    assert told["name"] == recogniser.name
    assert all(told[key] for key in ("title", "description", "knows"))
    assert recogniser.steps_per_second >= 0
    assert recogniser.size >= 16
    assert len(recogniser.classes) >= 2


def test_the_whole_clip_has_probabilities_and_a_price(recogniser, shots) -> None:
    session = recogniser.open(shots)
    found = session.whole()
    assert found.probability_C.shape == (len(recogniser.classes),)
    assert found.probability_C.sum() == pytest.approx(1, abs=1e-5)
    assert (np.diff(found.step_M) > 0).all()
    assert found.step_M[0] >= 0
    assert found.step_M[-1] < len(session.shots)
    assert found.multiply_adds > 0
    assert session.full > 0
    assert found.seconds > 0


def test_the_same_clip_gives_the_same_answer(recogniser, shots) -> None:
    session = recogniser.open(shots)
    first, again, fresh = session.whole(), session.whole(), recogniser.open(shots).whole()
    np.testing.assert_array_equal(first.probability_C, again.probability_C)
    np.testing.assert_allclose(first.probability_C, fresh.probability_C, rtol=1e-5)


def test_keyframes_alone_cost_less_than_the_whole_computed_to_the_end(recogniser, shots) -> None:
    session = recogniser.open(shots)
    one, three = session.on(np.array([30])), session.on(np.array([3, 30, 57]))
    assert one.multiply_adds <= three.multiply_adds <= session.full
    assert len(one.step_M) <= len(three.step_M)
    assert one.probability_C.sum() == pytest.approx(1, abs=1e-5)


def test_only_the_frames_it_used_can_change_the_answer(recogniser, shots) -> None:
    """Noise in all steps that a prediction does not name must leave it as it is, and noise in
    those that it names must not."""
    session = recogniser.open(shots)
    index_K = np.array([6, 33])
    before = session.on(index_K)
    used = np.isin(
        np.arange(S), np.searchsorted(shots.index_S, session.shots.index_S[before.step_M])
    )
    random = np.random.default_rng(1)

    def spoil(images, where):
        spoilt = images.copy()
        spoilt[where] = random.integers(0, 256, spoilt[where].shape, np.uint8)
        return spoilt

    def again(where):
        flow = None if shots.flow_SHWC is None else spoil(shots.flow_SHWC, where)
        other = Shots(shots.index_S, shots.time_S, spoil(shots.rgb_SHWC, where), flow)
        return recogniser.open(other).on(index_K).probability_C

    np.testing.assert_allclose(again(~used), before.probability_C, rtol=1e-4, atol=1e-7)
    assert not np.allclose(again(used), before.probability_C, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("count", [1, 2])
def test_clips_of_a_single_step_are_recognised(recogniser, shots, count) -> None:
    session = recogniser.open(shots.at(np.arange(count)))
    assert session.whole().probability_C.sum() == pytest.approx(1, abs=1e-5)
    assert session.on(np.array([0])).step_M.tolist()[0] == 0


def test_wrong_weights_are_refused_with_a_code(recogniser, tmp_path) -> None:
    pickled = tmp_path / "evil.safetensors"
    pickled.write_bytes(b"\x80\x04cos\nsystem\n")
    for path in (pickled, tmp_path / "missing.safetensors"):
        with pytest.raises(KairoscopeError) as caught:
            type(recogniser).load(path)
        assert path.name in caught.value.message
        assert caught.value.hint


@pytest.mark.slow
def test_listing_the_recognisers_loads_no_torch() -> None:
    script = (
        "import sys\n"
        "from model.recognisers import registry\n"
        "assert [r.describe() for r in registry().values()]\n"
        "sys.exit('torch' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
