"""Scenes as video files with their ground truth beside them."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Literal

import av
from av.video.stream import VideoStream

from model.datasets.athletics.scene import Action, Scene, make_scene

_SUFFIX = {"h264": ".mp4", "mpeg4": ".avi"}
_CLIPS_PER_GROUP = 4


def write_scene(
    scene: Scene,
    path: Path,
    *,
    codec: Literal["h264", "mpeg4"] = "h264",
    crf: int = 20,
    quality: int = 4,
) -> None:
    """Encode a scene to `path` (.mp4 for h264, .avi for mpeg4) and `<stem>.json` with its truth.

    crf: constant rate factor of x264, 0 to 51; quality: quantiser of mpeg4, 1 to 31; lower is
    better in both. Raises ValueError when the suffix does not fit the codec.
    """
    if path.suffix != _SUFFIX[codec]:
        raise ValueError(f"{codec} goes into {_SUFFIX[codec]}, not {path.suffix!r}")
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"crf": str(crf), "preset": "veryfast"}
    if codec == "mpeg4":
        options = {"qmin": str(quality), "qmax": str(quality)}
    rate = Fraction(scene.fps).limit_denominator(1001)
    with av.open(str(path), "w") as container:
        stream: VideoStream = container.add_stream(
            "libx264" if codec == "h264" else "mpeg4", rate=rate, options=options
        )
        stream.width, stream.height, stream.pix_fmt = scene.width, scene.height, "yuv420p"
        for pixels in scene.frames():
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode(None))
    path.with_suffix(".json").write_text(json.dumps(scene.truth(), indent=1) + "\n")


def render(
    out: Path,
    *,
    clips_per_class: int,
    seed0: int,
    codec: Literal["h264", "mpeg4"] = "h264",
    width: int = 320,
    height: int = 240,
    fps: float = 25.0,
    on_progress: Callable[[int, int], None] | None = None,
) -> list[Path]:
    """Write `clips_per_class` clips of every class with seeds from `seed0` on.

    The layout is that of UCF101, `<out>/<Class>/v_<Class>_gNN_cNN.<ext>`, four clips a group.
    `on_progress` gets the number of clips done and to do. Returns the video paths.
    """
    names = sorted(Action.registry)
    paths: list[Path] = []
    for name in names:
        for k in range(clips_per_class):
            group, clip = divmod(k, _CLIPS_PER_GROUP)
            stem = f"v_{name}_g{group + 1:02d}_c{clip + 1:02d}"
            path = Path(out) / name / f"{stem}{_SUFFIX[codec]}"
            scene = make_scene(name, seed0 + k, width=width, height=height, fps=fps)
            write_scene(scene, path, codec=codec)
            paths.append(path)
            if on_progress is not None:
                on_progress(len(paths), clips_per_class * len(names))
    return paths
