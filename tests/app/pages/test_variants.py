"""Methods of other runs beside those on the page."""

from dataclasses import replace
from typing import Any

import numpy as np

from app.figures.methods import style_of, title_of
from app.pages.video.variants import beside, settings
from app.pages.video.view import shown
from model.types import Analysis, Keyframes
from worker.types import Job

INDEX = np.array([1, 4])


def kept(name: str, **parameters: Any) -> Keyframes:
    return Keyframes(name, INDEX, INDEX / 10, np.ones(2), {"keyframes": None, **parameters})


def test_settings_name_what_is_not_as_by_default() -> None:
    assert settings(kept("sms", sigma=2.0, prominence=0.1, distance=6)) == ""
    changed = kept("sms", sigma=2.0, prominence=0.35, distance=6)
    assert settings(changed) == "prominence 0.35"
    asked = replace(changed, parameters={**changed.parameters, "keyframes": 8})
    assert settings(asked) == "prominence 0.35, 8 keyframes"


def test_only_methods_set_otherwise_come_beside(analysis: Analysis) -> None:
    usual, other = kept("sms", prominence=0.1), kept("sms", prominence=0.35)
    here = replace(analysis, methods={"sms": usual, "uniform": kept("uniform")})
    there = replace(analysis, methods={"sms": other, "uniform": kept("uniform")})
    both, found = beside(here, {"j2": there})
    assert list(both.methods) == ["sms", "uniform", "sms prominence 0.35"]
    assert [(v.job, v.method) for v in found] == [("j2", "sms")]
    assert beside(here, {"j2": here, "j3": there, "j4": there})[1] == [replace(found[0], job="j3")]


def test_other_weights_tell_gated_methods_apart_and_no_other(analysis: Analysis) -> None:
    methods = {"rtsae": kept("rtsae"), "uniform": kept("uniform")}
    here = replace(analysis, methods=methods, provenance={"attention": {"sha256": "a"}})
    other = {"attention": {"sha256": "b", "name": "mine"}}
    both, _ = beside(here, {"j2": replace(here, provenance=other)})
    assert list(both.methods)[2:] == ["rtsae as usual, weights mine"]


def test_a_variant_looks_like_its_method_and_says_how_it_was_set() -> None:
    assert style_of("sms prominence 0.35") == style_of("sms")
    assert title_of("sms prominence 0.35") == "SMS (reconstruction), prominence 0.35"


def test_the_address_brings_runs_beside(finished: Any, job: Job, analysis: Analysis) -> None:
    methods = {"uniform": kept("uniform", k=5)}
    finished.jobs = [*finished.jobs, replace(finished.jobs[0], id="j2")]
    finished.results["j2"] = replace(analysis, methods=methods, recognition={}).to_json()
    now = shown(finished, "v1", "?run=j1&with=j2,gone")
    assert now.analysis is not None
    assert list(now.analysis.methods) == ["rtsae", "uniform", "uniform k 5"]
    assert now.state()["variants"] == [{"key": "uniform k 5", "job": "j2", "method": "uniform"}]
    assert shown(finished, "v1", "?run=j1").variants == []
