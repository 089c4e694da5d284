"""The values everything else speaks in: frozen, validated, numpy only.

Shape legend: T decoded frames, S attention steps, K keyframes.
Times are seconds from presentation timestamps, the first decoded frame at 0; never index / fps.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.errors import InvalidValue

SCHEMA = "kairoscope/analysis@1"

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]


def _require(condition: bool, wanted: str, got: object) -> None:
    if not condition:
        raise InvalidValue(f"wanted {wanted}, got {got}")


def _increasing(name: str, values: NDArray[Any]) -> None:
    _require(values.ndim == 1, f"{name} of one dimension", values.shape)
    _require(bool(np.all(np.diff(values) > 0)), f"{name} strictly increasing", values[:8])


@dataclass(frozen=True)
class VideoInfo:
    """What is known of a video file. `frames` counts decoded frames, `claimed_frames` the header's.

    `width` and `height` are upright pixels (rotation applied); `duration_s` ends after the last
    decoded frame's own display time.
    """

    sha256: str
    frames: int
    claimed_frames: int | None
    width: int
    height: int
    duration_s: float
    codec: str = ""
    container: str = ""
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _require(self.frames >= 1, "at least one decoded frame", self.frames)
        _require(self.width > 0 and self.height > 0, "a size", (self.width, self.height))


@dataclass(frozen=True)
class Clip:
    """A decoded video: its info and the presentation time of each decoded frame, `times_T` (s)."""

    info: VideoInfo
    times_T: Floats

    def __post_init__(self) -> None:
        _require(
            len(self.times_T) == self.info.frames, f"{self.info.frames} times", len(self.times_T)
        )
        _increasing("times_T", self.times_T)
        _require(self.times_T[0] == 0.0, "the first frame at 0 s", self.times_T[0])


@dataclass(frozen=True)
class FrameScores:
    """The attention of each step: phi_t (eq. 21, sums to 1), the soft gate (eq. 6 and 7) and
    the binary gate (eq. 14). `index_S` are decoded-frame indices, `time_S` their seconds."""

    index_S: Indices
    time_S: Floats
    phi_S: Floats
    gate_S: Floats
    open_S: Flags
    threshold: float = 0.5

    def __post_init__(self) -> None:
        S = len(self.index_S)
        for name in ("time_S", "phi_S", "gate_S", "open_S"):
            _require(
                getattr(self, name).shape == (S,),
                f"{name} of shape ({S},)",
                getattr(self, name).shape,
            )
        _require(S >= 1, "at least one step", S)
        _increasing("index_S", self.index_S)
        _require(
            bool(np.all(np.isfinite(self.phi_S)) and np.all(self.phi_S >= 0)),
            "phi >= 0",
            self.phi_S,
        )
        _require(abs(float(self.phi_S.sum()) - 1) < 1e-6, "phi summing to 1", self.phi_S.sum())
        inside = np.all((self.gate_S >= 0) & (self.gate_S <= 1))
        _require(bool(inside), "gates within [0, 1]", self.gate_S)

    def to_json(self) -> dict[str, Any]:
        """The `steps` object of the analysis schema."""
        return {
            "index": self.index_S.tolist(),
            "time_s": self.time_S.tolist(),
            "phi": self.phi_S.tolist(),
            "gate": self.gate_S.tolist(),
            "open": self.open_S.tolist(),
            "threshold": self.threshold,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "FrameScores":
        """The inverse of `to_json`."""
        return cls(
            np.asarray(data["index"], np.int64),
            np.asarray(data["time_s"], np.float64),
            np.asarray(data["phi"], np.float64),
            np.asarray(data["gate"], np.float64),
            np.asarray(data["open"], np.bool_),
            float(data.get("threshold", 0.5)),
        )


NO_STEPS: Mapping[str, Any] = {
    "index": [], "time_s": [], "phi": [], "gate": [], "open": [], "threshold": None,
}  # fmt: skip


@dataclass(frozen=True)
class Curve:
    """A diagnostic curve over time: `value` at `time_s` (both N), with a label and a unit.

    `threshold` is drawn as a line where the method decides by one.
    """

    time_s: Floats
    value: Floats
    label: str
    unit: str = ""
    threshold: float | None = None

    def __post_init__(self) -> None:
        _require(self.time_s.shape == self.value.shape, "as many values as times", self.value.shape)
        _require(bool(np.all(np.isfinite(self.value))), "finite values", self.label)

    def to_json(self) -> dict[str, Any]:
        """One entry of a method's `curves`."""
        return {
            "time_s": self.time_s.tolist(),
            "value": self.value.tolist(),
            "label": self.label,
            "unit": self.unit,
            "threshold": self.threshold,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Curve":
        """The inverse of `to_json`."""
        time_s = np.asarray(data["time_s"], np.float64)
        value = np.asarray(data["value"], np.float64)
        return cls(time_s, value, data["label"], data.get("unit", ""), data.get("threshold"))


@dataclass(frozen=True)
class Keyframes:
    """What one method chose: decoded-frame indices `index_K` (sorted, unique), their times (s) and
    scores, the parameters used, diagnostic curves, seconds spent and notices for the reader.

    `quality` holds `coverage` and `redundancy` (model.features.representation), in [0, 1]; it is
    empty where nobody measured them. `budget` holds the method's answers to exactly 1, 2, ...
    keyframes, with their quality and nothing else; it is empty where nobody asked."""

    method: str
    index_K: Indices
    time_K: Floats
    score_K: Floats
    parameters: Mapping[str, Any] = field(default_factory=dict)
    curves: Mapping[str, Curve] = field(default_factory=dict)
    seconds: float = 0.0
    notices: tuple[str, ...] = ()
    quality: Mapping[str, float] = field(default_factory=dict)
    budget: tuple["Keyframes", ...] = ()

    def __post_init__(self) -> None:
        K = len(self.index_K)
        _require(K >= 1, f"{self.method}: at least one keyframe", K)
        _require(
            self.time_K.shape == (K,) and self.score_K.shape == (K,),
            f"{K} times and scores",
            self.time_K.shape,
        )
        _increasing(f"{self.method}: index_K", self.index_K)
        _require(int(self.index_K[0]) >= 0, "indices from 0", self.index_K[0])
        _require(
            bool(np.all(np.isfinite(self.score_K))), f"{self.method}: finite scores", self.score_K
        )

    def to_json(self) -> dict[str, Any]:
        """One entry of the analysis schema's `methods`."""
        return {
            "keyframes": self._rows(),
            "parameters": dict(self.parameters),
            "curves": {name: curve.to_json() for name, curve in self.curves.items()},
            "seconds": self.seconds,
            "notices": list(self.notices),
            "quality": dict(self.quality),
            "budget": [
                {"keyframes": answer._rows(), "quality": dict(answer.quality)}
                for answer in self.budget
            ],
        }

    def _rows(self) -> list[dict[str, Any]]:
        rows = zip(self.index_K.tolist(), self.time_K.tolist(), self.score_K.tolist(), strict=True)
        return [{"index": i, "time_s": t, "score": s} for i, t, s in rows]

    @classmethod
    def from_json(cls, method: str, data: Mapping[str, Any]) -> "Keyframes":
        """The inverse of `to_json`."""
        return cls(
            method,
            *_columns(data["keyframes"]),
            dict(data["parameters"]),
            {name: Curve.from_json(curve) for name, curve in data["curves"].items()},
            float(data["seconds"]),
            tuple(data["notices"]),
            dict(data.get("quality", {})),
            tuple(
                cls(method, *_columns(answer["keyframes"]), quality=dict(answer["quality"]))
                for answer in data.get("budget", ())
            ),
        )


def _columns(rows: Sequence[Mapping[str, Any]]) -> tuple[Indices, Floats, Floats]:
    """Indices, times and scores of keyframes."""
    return (
        np.asarray([row["index"] for row in rows], np.int64),
        np.asarray([row["time_s"] for row in rows], np.float64),
        np.asarray([row["score"] for row in rows], np.float64),
    )


@dataclass(frozen=True)
class Analysis:
    """Everything one run found out about one video: schema `kairoscope/analysis@1`.

    `steps` is None when no asked-for method needs the attention model; in JSON it has the same keys
    then, its lists are empty and its threshold is null.
    """

    clip: Clip
    steps: FrameScores | None
    methods: Mapping[str, Keyframes]
    recognition: Mapping[str, Any] = field(default_factory=dict)
    compute: Mapping[str, Any] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, keyframes in self.methods.items():
            last = int(keyframes.index_K[-1])
            _require(
                last < self.clip.info.frames, f"{name}: indices < {self.clip.info.frames}", last
            )

    def to_json(self) -> dict[str, Any]:
        """The versioned JSON object: plain lists and numbers, no NaN."""
        info = self.clip.info
        video = {
            "sha256": info.sha256,
            "frames": info.frames,
            "claimed_frames": info.claimed_frames,
            "width": info.width,
            "height": info.height,
            "duration_s": info.duration_s,
            "codec": info.codec,
            "container": info.container,
            "warnings": list(info.warnings),
        }
        return {
            "schema": SCHEMA,
            "video": video,
            "times_s": self.clip.times_T.tolist(),
            "steps": self.steps.to_json() if self.steps else dict(NO_STEPS),
            "methods": {name: keyframes.to_json() for name, keyframes in self.methods.items()},
            "recognition": dict(self.recognition),
            "compute": dict(self.compute),
            "provenance": dict(self.provenance),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Analysis":
        """The inverse of `to_json`. Raises InvalidValue for another schema."""
        _require(data.get("schema") == SCHEMA, SCHEMA, data.get("schema"))
        video = dict(data["video"], warnings=tuple(data["video"]["warnings"]))
        clip = Clip(VideoInfo(**video), np.asarray(data["times_s"], np.float64))
        steps = FrameScores.from_json(data["steps"]) if data["steps"]["index"] else None
        methods = {name: Keyframes.from_json(name, m) for name, m in data["methods"].items()}
        return cls(clip, steps, methods, data["recognition"], data["compute"], data["provenance"])
