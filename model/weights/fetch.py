"""Files from elsewhere, each checked against its hash before anything reads it."""

import hashlib
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
            copy(answer, target)
    except (OSError, HTTPException) as error:
        raise WeightsUnavailable(f"{url}: {error}", "Is the internet reachable?") from error


def check(file: Path, sha256: str) -> None:
    """Raises WeightsUnavailable unless the file's sha256 is the wanted one."""
    with file.open("rb") as stream:
        got = hashlib.file_digest(stream, "sha256").hexdigest()
    if got != sha256:
        raise WeightsUnavailable(f"{file.name}: wanted sha256 {sha256}, got {got}", "Get it again.")


def copy(stream: IO[bytes], target: Path) -> None:
    """Write what the stream gives to `target`."""
    with target.open("wb") as file:
        while block := stream.read(BLOCK):
            file.write(block)
