"""What every keyframe method promises, for every input: discovered, so new methods are held to it.

The inputs are made frames through the real descriptors, and a long clip of made descriptors.
Methods from outside are held to it as well: `KAIROSCOPE_PLUGINS=mine.py pytest` this file.
"""

import dataclasses
import json
import re
import subprocess
import sys
from functools import cache

import cv2
import numpy as np
import pytest

from model import methods
from model.errors import InvalidParameter, UnknownMethod
from model.features.descriptors import registry as descriptors
from model.features.types import Features, FrameBatch
from model.methods import outside
from model.types import FrameScores, Keyframes
from tests.histograms import products
from worker.settings import Settings

SIDE, STEP = 224, 3
KINDS = ("one", "two", "constant", "black", "noise", "ramp", "variable-rate")
KINDS += (pytest.param("long", marks=pytest.mark.slow),)
methods.plug_in(Settings().plugin_files)
METHODS = sorted(methods.registry())
STILL = ("constant", "black")


class FakeGate:
    """A recursion with memory, as the model's: the gate sees what is new since it last opened."""

    priced = True

    def __init__(self, times_T, seed=0, still=False):
        self.index_S = np.arange(0, len(times_T), STEP)
        self.time_S = times_T[self.index_S]
        moves_S = np.random.default_rng(seed).normal(size=len(self.index_S))
        self.x_S = moves_S.cumsum() * (not still)

    def scores(self, threshold=0.5, price=1.0):
        gate, memory = [], None
        for x in self.x_S:
            gate.append(
                1.0 if memory is None else float(-np.expm1(-((x - memory) ** 2) / 4 / price))
            )
            if gate[-1] > threshold:
                memory = x
        gate_S = np.array(gate)
        phi_S = np.abs(self.x_S) + 1e-3
        return FrameScores(
            self.index_S, self.time_S, phi_S / phi_S.sum(), gate_S, gate_S > threshold, threshold
        )


def _frames(kind):
    random = np.random.default_rng(7)
    match kind:
        case "one" | "two":
            return random.integers(0, 256, ({"one": 1, "two": 2}[kind], SIDE, SIDE, 3), np.uint8)
        case "constant":
            return np.repeat(random.integers(0, 256, (1, SIDE, SIDE, 3), np.uint8), 14, axis=0)
        case "black":
            return np.zeros((14, SIDE, SIDE, 3), np.uint8)
        case "ramp":
            levels = np.linspace(0, 255, 20).astype(np.uint8)
            return np.broadcast_to(levels[:, None, None, None], (20, SIDE, SIDE, 3)).copy()
        case _:
            return random.integers(0, 256, (14, SIDE, SIDE, 3), np.uint8)


def _described(frames_THWC, times_T):
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames_THWC]
    pairs = zip(grey, [*grey[1:], grey[-1]], strict=True)
    flows = np.stack([flow.calc(a, b, None) for a, b in pairs])
    batch = FrameBatch(0, times_T, frames_THWC, flows)
    found = {}
    for name, cls in descriptors().items():
        descriptor = cls()
        descriptor.update(batch)
        found[name] = descriptor.finish()
    return found


def _long(T=20_000):
    random = np.random.default_rng(11)
    times_T = np.arange(T) / 25
    shots = random.dirichlet(np.full(256, 0.1), (T // 400, 3)).reshape(-1, 768)
    return Features(
        times_T,
        {
            "colours": np.repeat(shots[:, :256], 400, axis=0).astype(np.float32),
            "content": random.gamma(2, size=T) + 90 * (np.arange(T) % 400 == 0),
            "histogram": products(np.repeat(shots, 400, axis=0)),
            "key": np.arange(T) % 250 == 0,
            "layout": np.repeat(random.integers(0, 256, (T // 400, 192), np.uint8), 400, axis=0),
            "motion": random.gamma(2, size=T),
            "quality": random.random((T, 3)),
            "tracks": random.random(T).repeat(5)[:T],
        },
        FakeGate(times_T),
    )


@cache
def features_of(kind):
    if kind == "long":
        return _long()
    frames = _frames(kind)
    times_T = np.arange(len(frames)) / 25
    if kind == "variable-rate":
        times_T = np.append(0, np.random.default_rng(5).uniform(0.001, 2, len(frames) - 1).cumsum())
    gate = FakeGate(times_T, still=kind in STILL)
    return Features(times_T, _described(frames, times_T), gate)


def assert_sound(keyframes, features):
    """Values that every reader may rely on."""
    assert isinstance(keyframes, Keyframes)
    index_K = keyframes.index_K
    assert index_K.dtype == np.int64
    assert len(index_K) >= 1
    assert index_K[0] >= 0
    assert index_K[-1] < features.T
    assert (np.diff(index_K) > 0).all()
    np.testing.assert_array_equal(keyframes.time_K, features.times_T[index_K])
    for curve in keyframes.curves.values():
        assert curve.label
        assert len(curve.value) in (features.T, len(features.gate.index_S))
    data = json.loads(json.dumps(keyframes.to_json(), allow_nan=False))
    again = Keyframes.from_json(keyframes.method, data)
    np.testing.assert_array_equal(again.index_K, index_K)
    assert again.notices == keyframes.notices


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", METHODS)
def test_own_number(name, kind):
    features = features_of(kind)
    keyframes = methods.get(name)().run(features)
    assert_sound(keyframes, features)
    assert keyframes.method == name
    measures = methods.get(name).needs or methods.get(name).needs_gate
    assert bool(keyframes.curves) == bool(measures), "what is measured is shown as a curve"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", METHODS)
def test_exactly_k_or_all_frames_with_a_stated_shortfall(name, kind):
    features, method = features_of(kind), methods.get(name)()
    T = features.T
    for k in {1, 2, 7, T // 2 or 1, T, T + 3} if T < 100 else {1, 50}:
        keyframes = method.run(features, k)
        assert_sound(keyframes, features)
        assert len(keyframes.index_K) == min(k, T)
        assert keyframes.parameters["keyframes"] == k
        stated = any(f"only {T} frames" in notice for notice in keyframes.notices)
        assert stated == (k > T)


@pytest.mark.parametrize("name", METHODS)
def test_a_clip_that_leaves_nothing_to_choose_from_is_told(name):
    """The cause, a colon, and what is shown all the same; `key` alone says nothing of pictures."""
    cls = methods.get(name)
    single = cls().run(features_of("one")).notices
    assert "The clip is a single frame: it is the keyframe." in single
    if not (cls.needs or cls.needs_gate):
        return  # it never looks
    cause = "key frame" if cls.needs == {"key"} else "never changes?"
    for kind in STILL:
        notices = cls().run(features_of(kind)).notices
        assert any(re.search(rf"\b{cause}\b.*: \w.*\.$", notice) for notice in notices), notices


@pytest.mark.parametrize("name", METHODS)
def test_deterministic_and_without_side_effects(name):
    features = features_of("noise")
    before = {key: value.copy() for key, value in features.descriptors.items()}
    first, second = (methods.get(name)().run(features, 5) for _ in range(2))
    np.testing.assert_array_equal(first.index_K, second.index_K)
    np.testing.assert_array_equal(first.score_K, second.score_K)
    for key, value in before.items():
        np.testing.assert_array_equal(value, features.descriptors[key])


@pytest.mark.parametrize("name", METHODS)
def test_no_keyframes_at_all_cannot_be_asked_for(name):
    with pytest.raises(InvalidParameter, match="at least 1") as caught:
        methods.get(name)().run(features_of("two"), 0)
    assert caught.value.pointer == "/keyframes"


@pytest.mark.parametrize("name", METHODS)
def test_description_is_complete(name):
    cls = methods.get(name)
    described = json.loads(json.dumps(cls.describe()))
    assert described["title"]
    assert "\n\nKeyframes: " in described["description"], "say how a wanted number K is met"
    assert len(described["description"]) > 300, "say what it does, from where, and with ties"
    source = re.search(r"\b(19|20)\d\d\b|[Nn]o paper", described["description"])
    assert source, "name the authors and the year, or say that there is no paper"
    assert cls.needs <= set(descriptors())
    for spec in described["parameters"]:
        assert spec["help"].endswith("."), f"the help of {spec['name']} is a sentence"
    assert outside.fault_of(cls) is None


@pytest.mark.parametrize("name", METHODS)
def test_wrong_parameters_are_named(name):
    cls = methods.get(name)
    with pytest.raises(InvalidParameter) as caught:
        cls.from_parameters({"no_such": 1})
    assert caught.value.pointer == f"/methods/{name}/no_such"
    for spec in dataclasses.fields(cls):
        wrong = [None, [], float("nan")]
        wrong += [1] if isinstance(spec.default, bool) else [True]
        wrong += [0.5] if isinstance(spec.default, int | str) else ["1", float("inf")]
        if spec.metadata["high"] is not None:
            wrong += [spec.metadata["low"] - 1, spec.metadata["high"] + 1, 10**400]
        for value in wrong:
            with pytest.raises(InvalidParameter, match=spec.name) as caught:
                cls.from_parameters({spec.name: value})
            assert caught.value.pointer == f"/methods/{name}/{spec.name}"


@pytest.mark.parametrize("name", METHODS)
def test_extreme_parameters_still_give_keyframes(name):
    cls, features = methods.get(name), features_of("noise")
    for spec in dataclasses.fields(cls):
        ends = (spec.metadata["low"], spec.metadata["high"])
        ends = (False, True) if isinstance(spec.default, bool) else ends
        for value in spec.metadata["choices"] or ends:
            method = cls.from_parameters({spec.name: value})
            assert_sound(method.run(features), features)
            assert len(method.run(features, 3).index_K) == 3


def test_an_integer_for_a_float_is_the_same_analysis():
    sms = methods.get("sms")
    assert sms.from_parameters({"sigma": 2}) == sms()
    assert type(sms.from_parameters({"sigma": 2}).sigma) is float


def test_the_six_methods_come_first_and_those_from_outside_last():
    found = tuple(methods.registry())
    outsiders = tuple(methods.origins(found))
    new = sorted(set(found) - set(methods.ORDER) - set(outsiders))
    assert found[: len(methods.DEFAULT)] == methods.DEFAULT
    assert found == (*methods.ORDER, *new, *outsiders)


def test_no_plug_in_is_faulty():
    assert [plugin.to_json() for plugin in methods.plugins() if plugin.fault] == []


def test_unknown_method_lists_the_known():
    with pytest.raises(UnknownMethod) as caught:
        methods.get("nope")
    assert "ranktracing" in caught.value.hint


NEW_METHOD = '''
from dataclasses import dataclass
import numpy as np
from model.methods.base import Method, Selection

@dataclass(frozen=True)
class First(Method):
    """The first frames."""
    name = "{name}"
    title = "First"
    def select(self, features, k):
        return Selection(np.arange(k or 1), np.ones(k or 1))
'''


@pytest.fixture
def plugin_folder(tmp_path, monkeypatch):
    """A folder whose files are methods, beside the real ones."""
    monkeypatch.setattr(methods, "__path__", [*methods.__path__, str(tmp_path)])
    yield tmp_path
    for file in tmp_path.glob("*.py"):
        sys.modules.pop(f"model.methods.{file.stem}", None)
        vars(methods).pop(file.stem, None)


def test_a_new_file_is_a_new_method(plugin_folder):
    (plugin_folder / "first_plugin.py").write_text(NEW_METHOD.format(name="first"))
    found = methods.registry.__wrapped__()
    assert tuple(found)[len(methods.ORDER)] == "first"
    assert found["first"]().run(features_of("two"), 9).index_K.tolist() == [0, 1]


def test_a_duplicate_name_names_both_files(plugin_folder):
    (plugin_folder / "other_sms.py").write_text(NEW_METHOD.format(name="sms"))
    with pytest.raises(ImportError, match=r"sms.*sms\.py") as caught:
        methods.registry.__wrapped__()
    assert "other_sms.py" in str(caught.value)


@pytest.mark.slow
def test_methods_load_neither_torch_nor_a_codec():
    code = (
        "import sys; from model.methods import registry; registry();"
        "print([name for name in ('torch', 'av', 'cv2') if name in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"
