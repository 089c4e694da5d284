"""Scenes as video files with their ground truth beside them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Literal

import av
from av.video.stream import VideoStream

from model.datasets.athletics.scene import CLIPS_PER_GROUP, Action, Scene, make_scene

Codec = Literal["h264", "mpeg4"]
SUFFIX: dict[Codec, str] = {"h264": ".mp4", "mpeg4": ".avi"}


def write_scene(
    scene: Scene,
    path: Path,
    *,
    codec: Codec = "h264",
    crf: int = 20,
    quality: int = 4,
) -> None:
    """Encode a scene to `path` (.mp4 for h264, .avi for mpeg4) and `<stem>.json` with its truth.

    crf: constant rate factor of x264, 0 to 51; quality: quantiser of mpeg4, 1 to 31; lower is
    better in both. The truth is written last: where it is, the clip is whole. Raises ValueError
    when the suffix does not fit the codec.
    """
    if path.suffix != SUFFIX[codec]:
        raise ValueError(f"{codec} goes into {SUFFIX[codec]}, not {path.suffix!r}")
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"crf": str(crf), "preset": "veryfast"}
    if codec == "mpeg4":
        options = {"qmin": str(quality), "qmax": str(quality)}
    rate = Fraction(scene.fps).limit_denominator(1001)
    with finished(path) as part, av.open(str(part), "w", format=path.suffix[1:]) as container:
        stream: VideoStream = container.add_stream(
            "libx264" if codec == "h264" else "mpeg4", rate=rate, options=options
        )
        stream.width, stream.height, stream.pix_fmt = scene.width, scene.height, "yuv420p"
        for pixels in scene.frames():
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode(None))
    with finished(path.with_suffix(".json")) as part:
        part.write_text(json.dumps(scene.truth(), indent=1) + "\n")


@contextmanager
def finished(path: Path) -> Iterator[Path]:
    """A path to write to, which becomes `path` when all went well: no half file is ever seen."""
    part = path.with_name(f".{path.name}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def render(
    out: Path,
    *,
    clips_per_class: int,
    seed0: int,
    codec: Codec = "h264",
    width: int = 320,
    height: int = 240,
    fps: float = 25.0,
    on_progress: Callable[[int, int], None] | None = None,
) -> list[Path]:
    """Write `clips_per_class` clips of each of the first two classes, with seeds from `seed0` on.

    The layout is that of UCF101, `<out>/<Class>/v_<Class>_gNN_cNN.<ext>`, four clips a group.
    `on_progress` gets the number of clips done and to do. Returns the video paths.
    """
    names = sorted(name for name, action in Action.registry.items() if action.since == "1")
    paths: list[Path] = []
    for name in names:
        for k in range(clips_per_class):
            group, clip = divmod(k, CLIPS_PER_GROUP)
            stem = f"v_{name}_g{group + 1:02d}_c{clip + 1:02d}"
            path = Path(out) / name / f"{stem}{SUFFIX[codec]}"
            scene = make_scene(name, seed0 + k, width=width, height=height, fps=fps)
            write_scene(scene, path, codec=codec)
            paths.append(path)
            if on_progress is not None:
                on_progress(len(paths), clips_per_class * len(names))
    return paths
