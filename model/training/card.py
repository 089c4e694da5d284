"""What a checkpoint says of how it was made: data, command, figures, versions, licences."""

import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import model
from model.datasets.hashes import list_hash
from model.datasets.types import Dataset, Sample


def provenance() -> dict[str, Any]:
    """The command and the versions of what runs it."""
    return {"command": _command(), **versions()}


def versions() -> dict[str, Any]:
    """The program's version and commit, and torch's."""
    return {"version": model.__version__, "commit": _commit(), "torch": version("torch")}


def data(dataset: Dataset, parts: Mapping[str, Sequence[Sample]]) -> dict[str, Any]:
    """The data set by name, its classes, and of each part how many clips and the list's hash."""
    listed = {
        part: {"clips": len(samples), "list_sha256": list_hash(dataset.root, samples)}
        for part, samples in parts.items()
    }
    return {"name": dataset.name, "classes": list(dataset.classes), **listed}


def _command() -> str:
    """The command line with paths by their last part: a card goes out, a machine's folders stay."""
    started, *arguments = sys.argv
    module = sys.modules["__main__"].__spec__  # of `python -m`
    words = ["python", "-m", module.name] if module else [started]
    return shlex.join(Path(a).name if Path(a).is_absolute() else a for a in (*words, *arguments))


def _commit() -> str:
    """The commit of a checkout, empty for an installed package."""
    root = Path(model.__file__).parents[1]
    if not (root / ".git").exists():
        return ""
    command = ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout.strip()
