"""Video in, Analysis out: the main job. Knows no torch; attention and recogniser are handed in."""

import platform
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import model
from model.errors import Cancelled, InvalidParameter, PluginFailed
from model.features.extract import AttentionPass, Stopwatch, extract
from model.features.representation import COLOURS, quality
from model.features.shots import ShotCollector
from model.features.types import Features
from model.methods import from_outside
from model.methods.base import Method
from model.methods.budget import answers
from model.methods.outside import run as run_method
from model.recognisers.base import Recogniser
from model.recognisers.report import beyond_gate, recognise
from model.recognisers.selection import own_method, selected
from model.types import Analysis, FrameScores, Keyframes
from model.video.decode import ClipStream, open_clip
from model.video.flow import DEFAULT_FLOW, make_flow
from model.video.limits import Limits

PACKAGES = (
    "numpy",
    "scipy",
    "scikit-learn",
    "scenedetect",
    "av",
    "opencv-contrib-python-headless",
)


class Attention(Protocol):
    """What `model.networks.attention.AttentionModel` offers."""

    name: str
    sha256: str
    device: str

    @property
    def precision(self) -> str:
        """What the layers before the gate compute in: float32 or bfloat16."""

    @property
    def steps_per_second(self) -> float:
        """The model's own rate."""

    @property
    def flow(self) -> str:
        """The optical flow that the checkpoint was trained on."""

    @property
    def card(self) -> Mapping[str, Any]:
        """The model card: recipe, training data, measured results."""

    def begin(self, steps_per_second: float | None = None) -> AttentionPass:
        """A run over one clip; 0 steps per second means every frame."""

    def compute(self, S: int, M: int) -> Mapping[str, Any]:
        """Multiply-adds of S steps, M of which opened the gate."""


@dataclass(frozen=True)
class Progress:
    """How far a stage is: `decode` (the whole pass over the frames), one per method, `recognition`.

    `total` is None where the file does not say; it never falls below `done`.
    """

    stage: str
    done: int
    total: int | None
    partial: FrameScores | None = None


@dataclass
class _Watch:
    """Tells the caller of progress, and stops the work when the caller has cancelled it."""

    on_progress: Callable[[Progress], None] | None
    cancelled: Callable[[], bool] | None

    def __call__(
        self, stage: str, done: int, total: int | None, partial: FrameScores | None = None
    ) -> None:
        if self.cancelled and self.cancelled():
            raise Cancelled("the analysis was cancelled", "Start it again when you want it.")
        if self.on_progress:
            self.on_progress(Progress(stage, done, total, partial))

    def decoded(self, stream: ClipStream, run: AttentionPass | None, done: int) -> None:
        """A batch is done: so many frames, and what the attention makes of them so far."""
        self("decode", done, _total(stream, done), run.partial() if run else None)


def analyze(
    path: Path | str,
    methods: Sequence[Method],
    *,
    keyframes: int | None = None,
    budget: bool = False,
    attention: Attention | None = None,
    recogniser: Recogniser | None = None,
    flow: str | None = None,
    steps_per_second: float | None = None,
    limits: Limits | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Analysis:
    """Decode `path` once and run every method on it.

    `keyframes` is the number K asked of each method (None: its own); with `budget` each also
    answers for exactly 1, 2, ... of them (model.methods.budget). `flow` is the optical flow
    (None: the attention model's own, else the recogniser's). With `attention` the steps are
    always computed; with `recogniser` the action is recognised on the whole clip and on each
    method's keyframes. `on_progress` hears of every batch, method and prediction; `cancelled` is
    asked as often. `provenance["skipped"]` says which methods from outside the repository failed.
    Raises UnreadableVideo, VideoTooLarge, InvalidParameter, Cancelled, PluginFailed if all did.
    """
    _check(methods, attention)
    flow = flow or _own_flow(attention, recogniser)
    watch, stopwatch, algorithm = _Watch(on_progress, cancelled), Stopwatch(), make_flow(flow)
    run = attention.begin(steps_per_second) if attention else None
    shots = _collector(recogniser) if recogniser else None
    own = own_method(recogniser) if recogniser else None
    asked = [*methods, own] if own else methods
    wanted = {name for method in asked for name in (*method.needs, COLOURS)}
    with open_clip(path, limits) as stream:
        watch("decode", 0, None)
        tell = partial(watch.decoded, stream, run)
        features = extract(
            stream, wanted, run, algorithm, shots=shots, after_batch=tell, stopwatch=stopwatch
        )
    results, skipped = _keyframes(methods, features, keyframes, watch, stopwatch)
    results = _with_budget(methods, results, features, watch, stopwatch) if budget else results
    results = _with_quality(results, features, stopwatch)
    recognition, beyond = _recognition(
        recogniser, shots, features, attention, results, flow, watch, stopwatch
    )
    steps = features.gate.scores() if features.gate else None
    compute = {"seconds": stopwatch.seconds, **_operations(attention, steps), **beyond}
    provenance = _provenance(attention, recogniser, flow, steps_per_second)
    provenance |= from_outside(results, skipped)
    return Analysis(stream.clip, steps, results, recognition, compute, provenance)


def _check(methods: Sequence[Method], attention: Attention | None) -> None:
    names = [method.name for method in methods]
    for name in names:
        if names.count(name) > 1:
            raise InvalidParameter(f"method {name!r} is asked for twice", "Ask once.", "/methods")
    gated = [method.name for method in methods if method.needs_gate]
    if gated and attention is None:
        raise InvalidParameter(
            f"{gated[0]} needs the attention model, got none",
            "Give the model, or leave the method out.",
            f"/methods/{gated[0]}",
        )


def _own_flow(attention: Attention | None, recogniser: Recogniser | None) -> str:
    """The flow that the networks were trained on, the attention model's first."""
    return (
        (attention.flow if attention else None)
        or (recogniser.flow if recogniser else None)
        or DEFAULT_FLOW
    )


def _collector(recogniser: Recogniser) -> ShotCollector:
    return ShotCollector(
        recogniser.steps_per_second,
        recogniser.size,
        flow=recogniser.needs_flow,
        most=recogniser.most_shots,
    )


def _total(stream: ClipStream, done: int) -> int | None:
    """The frames to expect: the header's number, corrected upwards when more came."""
    return None if stream.expected_frames is None else max(stream.expected_frames, done)


def _keyframes(
    methods: Sequence[Method],
    features: Features,
    k: int | None,
    watch: _Watch,
    stopwatch: Stopwatch,
) -> tuple[dict[str, Keyframes], dict[str, str]]:
    """The keyframes of each method, and why methods from outside were skipped.

    Raises PluginFailed when all were.
    """
    results: dict[str, Keyframes] = {}
    skipped: dict[str, str] = {}
    for method in methods:
        watch(method.name, 0, 1)
        try:
            with stopwatch.on(f"method:{method.name}"):
                results[method.name] = run_method(method, features, k)
        except PluginFailed as error:
            skipped |= error.skipped
        watch(method.name, 1, 1)
    if skipped and not results:
        raise PluginFailed(skipped)
    return results, skipped


def _with_budget(
    methods: Sequence[Method],
    results: Mapping[str, Keyframes],
    features: Features,
    watch: _Watch,
    stopwatch: Stopwatch,
) -> dict[str, Keyframes]:
    """The same keyframes, each with the method's answers to exactly 1, 2, ..., where it has any."""
    found = dict(results)
    for method in methods:
        if method.name not in found:
            continue

        def run(features: Features, k: int, method: Method = method) -> Keyframes:
            watch(method.name, 1, 1)
            return run_method(method, features, k)

        with stopwatch.on("budget"), suppress(PluginFailed):
            found[method.name] = replace(found[method.name], budget=answers(run, features))
    return found


def _with_quality(
    results: Mapping[str, Keyframes], features: Features, stopwatch: Stopwatch
) -> dict[str, Keyframes]:
    """The same keyframes, each with how well it stands for the clip."""

    def judged(found: Keyframes) -> Keyframes:
        budget = tuple(judged(answer) for answer in found.budget)
        return replace(
            found, quality=quality(features.descriptors[COLOURS], found.index_K), budget=budget
        )

    with stopwatch.on("quality"):
        return {name: judged(found) for name, found in results.items()}


def _recognition(
    recogniser: Recogniser | None,
    shots: ShotCollector | None,
    features: Features,
    attention: Attention | None,
    results: Mapping[str, Keyframes],
    flow: str,
    watch: _Watch,
    stopwatch: Stopwatch,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The analysis' `recognition`, and its part of `compute`."""
    if recogniser is None or shots is None:
        return {}, {}
    with stopwatch.on("recognition"):
        chosen = selected(recogniser, features, attention.sha256 if attention else "")
        session = recogniser.open(replace(shots.finish(), selected=chosen))
        found = recognise(recogniser, session, results, flow, watch)
    return found, beyond_gate(session, found)


def _operations(attention: Attention | None, steps: FrameScores | None) -> dict[str, Any]:
    if attention is None or steps is None:
        return {}
    return {"operations": dict(attention.compute(len(steps.index_S), int(steps.open_S.sum())))}


def _provenance(
    attention: Attention | None,
    recogniser: Recogniser | None,
    flow: str,
    steps_per_second: float | None,
) -> dict[str, Any]:
    """What determined the result, so that it can be computed again."""
    packages = (*PACKAGES, "torch") if attention or recogniser else PACKAGES
    found: dict[str, Any] = {
        "code": model.__version__,
        "python": platform.python_version(),
        "packages": {name: version(name) for name in packages},
        "flow": flow,
    }
    if attention is not None:
        found["attention"] = {
            "name": attention.name,
            "sha256": attention.sha256,
            "recipe": attention.card.get("recipe"),
            "device": attention.device,
            "steps_per_second": (
                attention.steps_per_second if steps_per_second is None else steps_per_second
            ),
        }
    if recogniser is not None:
        found["recognition"] = {
            "name": recogniser.name,
            "weights": recogniser.weights_name,
            "sha256": recogniser.sha256,
            "device": recogniser.device,
        }
    return found
