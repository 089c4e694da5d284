"""Make-up: a hand rises, touches the face at one place again and again, and sinks."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from model.datasets.athletics.body import N_JOINTS, Array, Build
from model.datasets.athletics.camera import Framing, drift
from model.datasets.athletics.light import shade, vivid
from model.datasets.athletics.motion import path
from model.datasets.athletics.portrait import EYE, HEIGHT, MOUTH, FaceTrack
from model.datasets.athletics.runup import phases_from
from model.datasets.athletics.scene import Action, Performance


class MakeUp(Action):
    """One application. What a subclass names is where: nothing else differs."""

    family = "room"
    framing = Framing(
        figure=(4.6, 7.2), wide=1.0, high=1.0, look=1.0, follows=False,
        away=(1.2, 2.5), above=(1.5, 1.75), partial=0.17,
    )  # fmt: skip
    place: ClassVar[str]

    def perform(self, rng: np.random.Generator, build: Build, fps: float) -> Performance:
        rise = float(rng.uniform(0.2, 1.2))
        start = rise + float(rng.uniform(1.0, 2.6))
        stop = start + float(rng.uniform(1.1, 2.4))
        end = min(stop + float(rng.uniform(1.0, 2.6)), 7.9)
        n = round(end * fps)
        times = np.arange(n) / fps
        side = float(rng.choice([-1.0, 1.0]))
        near = side * (1.0 if rng.uniform() < 0.6 else -1.0)
        target = MOUTH if self.place == "mouth" else EYE * [near, 1.0] + [0.0, 0.006]
        tip = _tip(rng, times, (rise, start, stop, end), target, side)
        track = FaceTrack(
            roll_T=2.5 * drift(rng, n, 1.2 * fps) + float(rng.uniform(-10, 10)),
            turn_T=0.004 * drift(rng, n, 0.9 * fps) + float(rng.uniform(-0.012, 0.012)),
            nod_T=0.004 * drift(rng, n, 0.9 * fps) + float(rng.uniform(-0.006, 0.008)),
            blink_T2=self._blink(rng, times, start, stop, near),
            mouth_T=self._opening(rng, times, start, stop),
            tip_T2=tip,
            side=side,
            tool=float(rng.uniform(0.035, 0.075)),
            ink=vivid(rng, (0.3, 0.6)) if rng.uniform() < 0.5 else shade((220.0,) * 3, 0.4),
        )
        phases = phases_from(
            [("preparation", 0.0, False), ("application", start, True), ("aftermath", stop, False)],
            fps,
            n,
        )
        root = np.tile([0.0, HEIGHT], (n, 1))
        joints = np.zeros((n, N_JOINTS, 3))
        moments = {"first touch": round(start * fps), "last touch": round(stop * fps) - 1}
        return Performance(build, phases, moments, root, joints, np.zeros(n), portrait=track)

    def _blink(
        self, rng: np.random.Generator, times: Array, start: float, stop: float, near: float
    ) -> Array:
        """Both eyes blink now and then, at times for long; the painted eye stays half closed."""
        both = np.zeros(len(times))
        for at in np.cumsum(rng.uniform(0.5, 2.6, 8)):
            hold = float(rng.choice([0.06, 0.08, 0.5]))
            both = np.maximum(both, np.clip(1 - (np.abs(times - at) - hold) / 0.07, 0, 1))
        out = np.stack([both, both], axis=1)
        if self.place == "eye":
            shut = path([(start - 0.2, 0.0), (start, 0.8), (stop, 0.8), (stop + 0.25, 0.0)], times)
            eye = 0 if near < 0 else 1
            out[:, eye] = np.maximum(out[:, eye], shut[:, 0])
        return out

    def _opening(self, rng: np.random.Generator, times: Array, start: float, stop: float) -> Array:
        """The lips part now and then, as in speech; under the tool they stay parted."""
        talk = np.clip(drift(rng, len(times), 5.0) - float(rng.uniform(0.3, 1.5)), 0, 1)
        if self.place == "mouth" or rng.uniform() < 0.5:
            parted = [(start - 0.2, 0.0), (start, 0.6), (stop, 0.6), (stop + 0.3, 0.0)]
            talk = np.maximum(talk, path(parted, times)[:, 0])
        return np.asarray(talk)


class ApplyEyeMakeup(MakeUp):
    """On the lid of one eye."""

    name = "ApplyEyeMakeup"
    place = "eye"


class ApplyLipstick(MakeUp):
    """On the lips."""

    name = "ApplyLipstick"
    place = "mouth"


def _tip(
    rng: np.random.Generator,
    times: Array,
    bounds: tuple[float, float, float, float],
    target: Array,
    side: float,
) -> Array:
    """The tool's tip: up to the cheek, lingering there, to its place and back, and down.

    Before and after, the hand also touches cheek, chin or brow, whatever comes later.
    """
    rise, start, stop, end = bounds
    below = np.array([side * 0.16, -0.30])
    points: list[tuple[float, ...]] = [(0.0, *below), (rise, *below)]

    def linger(a: float, b: float) -> None:
        for t in np.arange(a, b, 0.45):
            spot = np.array([side * 0.05, -0.02]) + rng.normal(0, [0.016, 0.03])
            points.append((float(t), float(spot[0]), float(spot[1])))

    linger(rise + 0.55, start - 0.25)
    points.append((start, *target))
    points.append((stop, *target))
    linger(stop + 0.3, min(stop + float(rng.uniform(0.4, 1.6)), end - 0.5))
    if rng.uniform() < 0.75:
        points.append((points[-1][0] + 0.6, *below))
    tip = path(points, times)
    rate, size = float(rng.uniform(1.2, 2.4)), float(rng.uniform(0.008, 0.014))
    turn = 2 * np.pi * rate * (times - start)
    work = path([(start - 0.1, 0.0), (start, 1.0), (stop, 1.0), (stop + 0.1, 0.0)], times)
    # The same small strokes are made over the cheek, at the same rate.
    dab = np.where(np.sin(0.9 * times + float(rng.uniform(0, 6))) > 0, 0.7, 0.0)[:, None]
    stroke = np.stack([np.sin(turn), 0.35 * np.cos(turn)], axis=1)
    busy = np.maximum(work, dab * (np.abs(tip[:, 1:]) < 0.12))
    return np.asarray(tip + size * busy * stroke)
