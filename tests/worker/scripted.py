"""An engine that does what the video's bytes say, and a worker process that runs it.

A script is `ok`, `slow <seconds>`, `poison`, `error` or `bug`. Every run leaves a line in the file
named by SCRIPTED_RUNS.
"""

import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from model.analyze import Progress
from model.errors import Cancelled, UnreadableVideo
from model.methods.base import Method
from model.types import Analysis, Clip, FrameScores, Keyframes, VideoInfo
from worker.settings import Settings
from worker.tasks import run_worker

T = 40


def scores(S: int) -> FrameScores:
    index_S = np.arange(S)
    return FrameScores(
        index_S, index_S / 10, np.full(S, 1 / S), np.full(S, 0.25), np.zeros(S, np.bool_)
    )


class ScriptedEngine:
    def device(self) -> str:
        return "cpu"

    def derive(
        self, video: Path, folder: Path, on_progress: Callable[[int, int | None], None]
    ) -> None:
        for name in ("preview.mp4", "thumbnail.jpg", "sprites.json", "sprite_000.jpg"):
            (folder / name).write_bytes(name.encode())
        on_progress(T, T)

    def analyze(
        self,
        video: Path,
        methods: Sequence[Method],
        keyframes: int | None,
        attention: Path | None,
        on_progress: Callable[[Progress], None],
        cancelled: Callable[[], bool],
    ) -> Analysis:
        with open(os.environ["SCRIPTED_RUNS"], "a") as runs:
            names = ",".join(method.name for method in methods)
            runs.write(f"{video.parent.name} {names} {attention is not None}\n")
        script, _, argument = video.read_text().splitlines()[0].partition(" ")
        if script == "poison":
            os.kill(os.getpid(), signal.SIGKILL)
        if script == "error":
            raise UnreadableVideo("no decodable frames: 40 claimed, 0 decoded", "Convert it.")
        if script == "bug":
            raise ZeroDivisionError
        seconds = float(argument) if script == "slow" else 0.0
        for t in range(T):
            if cancelled():
                raise Cancelled("the analysis was cancelled")
            on_progress(Progress("decode", t + 1, T, scores(t + 1)))
            time.sleep(seconds / T)
        return Analysis(
            clip=Clip(VideoInfo("", T, None, 320, 240, T / 25), np.arange(T) / 25),
            steps=scores(T) if attention else None,
            methods={method.name: one_keyframe(method, keyframes) for method in methods},
            recognition=recognition(methods),
            compute={"seconds": {"decode": seconds}},
            provenance={"attention": {"device": "cpu"}} if attention else {},
        )


def recognition(methods: Sequence[Method]) -> dict[str, object]:
    entry = {"top": [{"label": "jump", "probability": 1.0}], "frames": 1, "kept": True}
    entries = {method.name: {**entry, "by": os.getpid()} for method in methods}
    return {"recognizer": "scripted", "whole": entry, "methods": entries, "notices": []}


def one_keyframe(method: Method, keyframes: int | None) -> Keyframes:
    index_K = np.arange(keyframes or 1)
    quality = {"coverage": os.getpid() / 2**32, "redundancy": 0.0}
    return Keyframes(method.name, index_K, index_K / 25, np.ones(len(index_K)), quality=quality)


if __name__ == "__main__":
    run_worker(Settings(), ScriptedEngine())
