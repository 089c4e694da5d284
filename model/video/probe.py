"""What a file is, asked in a child process before anything else touches it."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from model.video.child import Child
from model.video.limits import Limits


@dataclass(frozen=True)
class Probe:
    """A readable video: what its header says, and that at least one frame decodes.

    `width` and `height` are upright pixels; `rotation` is the counter-clockwise turn in degrees
    that makes the stored frames upright, once flipped upside down where the file mirrors them.
    The `claimed_` fields are not to be trusted.
    """

    codec: str
    container: str
    width: int
    height: int
    rotation: int
    claimed_frames: int | None
    claimed_duration_s: float | None
    has_audio: bool


def probe(path: Path | str, limits: Limits | None = None) -> Probe:
    """Look at a file within `limits`. Raises UnreadableVideo or VideoTooLarge."""
    limits = limits or Limits()
    job = {"path": str(Path(path).resolve(strict=True))}
    with Child("probe", job, limits, stall_s=limits.probe_seconds) as child:
        [(message, _)] = child.messages()
    return Probe(**{name: message[name] for name in Probe.__dataclass_fields__})


def sha256_of(path: Path | str) -> str:
    """Hex digest of a file's bytes."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
