"""Child process: read a file's header and prove that one frame decodes (see `probe.py`)."""

from model.video.child_main import Job, run, send
from model.video.limits import Limits
from model.video.source import Source


def probe(job: Job, limits: Limits) -> None:
    """Send one `end` message with the fields of `Probe`."""
    with Source(job["path"], limits) as source:
        first = next(source.pictures())
        width, height = first.upright_size
        rotation = 90 * first.quarter_turns
        send("end", **source.about(), width=width, height=height, rotation=rotation)


def main() -> None:
    """What the nursery forks."""
    run(probe)
