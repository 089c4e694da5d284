"""How much memory a command takes, with all the processes that it starts."""

import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

import psutil

ROOT = Path(__file__).resolve().parents[1]
EVERY_S = 0.1


@dataclass(frozen=True)
class Taken:
    """What a command wrote, and of each of its processes the name, the command line and the largest
    resident set (bytes, pages shared with others included)."""

    output: str
    peaks: Mapping[int, tuple[str, int]]  # by process id

    @property
    def total(self) -> int:
        """The sum of the largest resident sets: no less than they ever were at one time."""
        return sum(peak for _, peak in self.peaks.values())

    def started(self, part: str) -> int:
        """How many processes there were whose name or command line has this part."""
        return sum(part in line for line, _ in self.peaks.values())


def taken_by(command: Sequence[str | Path]) -> Taken:
    """Run a command to its end; raises CalledProcessError when it fails.

    The kernel keeps each process's peak (VmHWM), so that only growth in the last moments of a
    process may be missed. The children's `ru_maxrss` would count what their parent held when they
    were forked.
    """
    peaks: dict[int, tuple[str, int]] = {}
    with TemporaryFile("w+") as output:
        process = psutil.Popen(
            [str(part) for part in command], stdout=output, stderr=subprocess.STDOUT, cwd=ROOT
        )
        while process.poll() is None:
            with suppress(psutil.Error, OSError, IndexError):  # it has ended since
                for one in [process, *process.children(recursive=True)]:
                    peaks[one.pid] = (" ".join([one.name(), *one.cmdline()]), _peak(one.pid))
            time.sleep(EVERY_S)
        output.seek(0)
        said = output.read()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args, said)
    return Taken(said, peaks)


def _peak(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024
