"""What `analyze` shows and leaves behind: the progress line, the table, the folder of a video."""

import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.exports import Format, file_name, safe_name

if TYPE_CHECKING:
    from model.analyze import Progress
    from model.types import Analysis

TABLE = "  {:<12}{:>9}{:>9}{:>9}  {}"
ACTIONS = "  {:<14}{:>7}{:>9}  {}"


def write_folder(
    folder: Path, video: Path, analysis: "Analysis", formats: Sequence[Format] = ()
) -> None:
    """Write `analysis.json`, `<method>/<rank>_frame<index>_<time>s.jpg` for each keyframe, and the
    other exports asked for.

    Raises OSError when the folder cannot be written, UnreadableVideo when the video has gone.
    """
    from app.exports import analysis_json
    from app.exports.source import Source
    from app.exports.stills_zip import still_names
    from model.video.stills import read_stills

    source, names = Source(analysis, video.name, partial(read_stills, video)), still_names(analysis)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "analysis.json").write_text(analysis_json.write(source), encoding="utf-8")
    for index, jpeg in source.stills(names):
        for name in names[index]:
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(jpeg)
    for wanted in formats:
        for method in analysis.methods if wanted.per_method else [""]:
            with (folder / file_name(video.name, wanted, method)).open("wb") as file:
                file.writelines(wanted.content(source, method))


def folder_names(videos: Sequence[Path]) -> list[str]:
    """A folder name for each video, after its file name, none twice."""
    names: list[str] = []
    for video in videos:
        stem = safe_name(video.name)
        candidates = (stem, *(f"{stem}-{number}" for number in range(2, len(videos) + 2)))
        names.append(next(name for name in candidates if name not in names))
    return names


def summary(name: str, analysis: "Analysis") -> str:
    """The numbers of one video for people: what it is, then a line for each method."""
    info = analysis.clip.info
    lines = [
        f"{name}: {info.frames} frames, {info.duration_s:.2f} s, "
        f"{info.width}x{info.height}, {info.codec}"
    ]
    lines += [f"  warning: {warning}" for warning in info.warnings]
    lines.append(TABLE.format("method", "keyframes", "share", "seconds", "frames"))
    for method, keyframes in analysis.methods.items():
        indices = keyframes.index_K.tolist()
        frames = " ".join(map(str, indices[:12])) + (" ..." if len(indices) > 12 else "")
        share = f"{100 * len(indices) / info.frames:.1f} %"
        lines.append(TABLE.format(method, len(indices), share, f"{keyframes.seconds:.2f}", frames))
        lines += [f"    {notice}" for notice in keyframes.notices]
    lines += [f"  skipped {line}" for line in skipped(analysis)]
    return "\n".join([*lines, *_recognition(analysis.recognition)]) + "\n"


def skipped(analysis: "Analysis") -> list[str]:
    """A line for each method from outside the repository that failed."""
    causes = analysis.provenance.get("skipped", {})
    return [f"{name}: {cause}" for name, cause in causes.items()]


def _recognition(found: Mapping[str, Any]) -> list[str]:
    """The action of the clip, and what each method's keyframes alone make of it."""
    if not found:
        return []
    by = f"{found['recognizer']}, {found['weights']['name']}"
    lines = [f"  action: {_top(found['whole'], 3)} ({by})"]
    lines.append(ACTIONS.format("recognised on", "frames", "saved", "action"))
    for name, entry in [("whole clip", found["whole"]), *found["methods"].items()]:
        saved = 1 - entry["multiply_adds"] / found["full_multiply_adds"]
        lost = "" if entry.get("kept", True) else "  (lost)"
        action = _top(entry, 1) + lost
        lines.append(ACTIONS.format(name, entry["frames"], f"{100 * saved:.0f} %", action))
    return [*lines, *(f"    {notice}" for notice in found["notices"])]


def _top(entry: Mapping[str, Any], n: int) -> str:
    return ", ".join(f"{t['label']} {t['probability']:.2f}" for t in entry["top"][:n])


class ProgressLine:
    """One line on stderr that is rewritten while a video is worked on; silent off a terminal."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._shown = sys.stderr.isatty()

    def __call__(self, progress: "Progress") -> None:
        """Show this progress."""
        if self._shown:
            of = f" of {progress.total}" if progress.total else ""
            sys.stderr.write(f"\r\x1b[K{self._name}: {progress.stage} {progress.done}{of}")
            sys.stderr.flush()

    def clear(self) -> None:
        """Leave the line empty for what follows."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
