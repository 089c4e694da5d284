"""Many parameters at their extremes at once: seeded draws, on the inputs of the contract."""

import dataclasses
import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from model import methods
from tests.contracts.test_methods import assert_sound, features_of

ROOT = Path(__file__).resolve().parents[2]
KINDS = ("one", "two", "constant", "black", "noise", "ramp", "variable-rate")
MANY = 60  # draws a method
NAMES = sorted(methods.registry())


def drawn(random, spec):
    """A value of this parameter: an end, its default, or one between, also by scale."""
    low, high, choices = (spec.metadata[key] for key in ("low", "high", "choices"))
    if choices:
        return str(random.choice(choices))
    if isinstance(spec.default, bool):
        return bool(random.integers(2))
    smallest = max(low, 1e-3)
    by_scale = np.exp(random.uniform(np.log(smallest), np.log(max(smallest, high))))
    values = [low, low, high, high, spec.default, random.uniform(low, high), by_scale]
    value = values[random.integers(len(values))]
    return int(min(high, round(value))) if isinstance(spec.default, int) else float(value)


def draws(name, count):
    """(kind of input, parameters, wanted number) of each draw."""
    cls = methods.get(name)
    for seed in range(count):
        random = np.random.default_rng([seed, *name.encode()])
        kind = KINDS[random.integers(len(KINDS))]
        T = features_of(kind).T
        parameters = {spec.name: drawn(random, spec) for spec in dataclasses.fields(cls)}
        k = [None, None, 1, T, max(1, T - 1), int(random.integers(1, T + 1))][random.integers(6)]
        yield kind, parameters, k


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_any_parameters_give_sound_keyframes_as_many_as_asked_for_and_again(name):
    cls = methods.get(name)
    for kind, parameters, k in draws(name, MANY):
        features, method = features_of(kind), cls.from_parameters(parameters)
        keyframes, again = method.run(features, k), method.run(features, k)
        try:
            assert_sound(keyframes, features)
            assert k is None or len(keyframes.index_K) == k
            assert np.isfinite(keyframes.score_K).all()
            np.testing.assert_array_equal(keyframes.index_K, again.index_K)
            np.testing.assert_array_equal(keyframes.score_K, again.score_K)
        except AssertionError as error:
            error.add_note(f"{kind}, {parameters}, k = {k}")
            raise


def answers():
    """A hash of what every method says to a few draws."""
    found = hashlib.sha256()
    for name in NAMES:
        for kind, parameters, k in draws(name, 4):
            keyframes = methods.get(name)(**parameters).run(features_of(kind), k)
            found.update(keyframes.index_K.tobytes() + keyframes.score_K.tobytes())
    return found.hexdigest()


@pytest.mark.slow
def test_two_processes_give_the_same():
    """Whatever the seed of Python's own hashes, which orders its sets."""
    code = "from tests.methods.test_combinations import answers; print(answers())"
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "OMP_NUM_THREADS": "1"},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1
