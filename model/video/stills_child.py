"""Child process: decode up to the last frame asked for and send those frames as JPEG."""

from model.video.child_main import Job, run, send
from model.video.images import Upright, fit, jpeg
from model.video.limits import Limits
from model.video.source import Source


def stills(job: Job, limits: Limits) -> None:
    """Send one `still` message for each index of the job (sorted, unique), then `end`."""
    wanted = iter(job["indices"])
    index, upright = next(wanted), Upright()
    with Source(job["path"], limits) as source:
        for position, picture in enumerate(source.pictures()):
            if position < index:
                continue
            size = picture.upright_size
            size = fit(*size, job["longest"]) if job["longest"] else size
            frame = upright.frame(picture, *size, "yuvj420p")
            send("still", jpeg(frame, quality=3), index=index)
            if (index := next(wanted, -1)) < 0:
                break
    send("end")


def main() -> None:
    """What the nursery forks."""
    run(stills)
