"""Every clip looked at before hours of training: which cannot be used, and why."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from model.cores import cores
from model.datasets.types import Fault, Sample
from model.errors import UnreadableVideo
from model.order import from_anywhere
from model.video.limits import Limits
from model.video.probe import probe

Progress = Callable[[int, int, str], None]


def verify(
    samples: Sequence[Sample],
    limits: Limits | None = None,
    on_progress: Progress | None = None,
    jobs: int | None = None,
) -> list[Fault]:
    """The clips that cannot be read: each file's header is probed and one frame decoded.

    Every probe is a child process of its own within `limits`, as many at a time as there are cores
    (or `jobs`). `on_progress` gets clips done, clips in all, and the name of the last.
    """
    paths = dict.fromkeys(sample.path for sample in samples)
    return refused(paths, lambda path: probe(path, limits), jobs, on_progress)


def refused(
    paths: Iterable[Path],
    look: Callable[[Path], object],
    jobs: int | None = None,
    on_progress: Progress | None = None,
) -> list[Fault]:
    """Call `look` on each path, `jobs` at a time; the paths it refused, in the order given.

    A refusal is UnreadableVideo or a file that the system cannot open; all else is raised. The work
    itself belongs in child processes: the threads here only wait for them.
    """
    ordered = list(paths)
    faults: dict[Path, Fault] = {}
    with ThreadPoolExecutor(jobs or cores()) as pool:
        futures = {pool.submit(look, path): path for path in from_anywhere(ordered)}
        try:
            for done, future in enumerate(as_completed(futures), 1):
                path = futures[future]
                try:
                    future.result()
                except UnreadableVideo as error:
                    faults[path] = Fault(path, error.code, error.message)
                except (FileNotFoundError, PermissionError) as error:
                    reason = error.strerror or str(error)
                    faults[path] = Fault(path, UnreadableVideo.code, reason)
                if on_progress:
                    on_progress(done, len(ordered), path.name)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return [faults[path] for path in ordered if path in faults]
