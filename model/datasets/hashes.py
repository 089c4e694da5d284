"""What clips are, as hashes: by their lists, and by what is known of their content unread."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from model.errors import InvalidDataset

if TYPE_CHECKING:
    from model.datasets.types import Sample


def list_hash(
    root: Path, samples: Sequence["Sample"], mark: Callable[[Path], str] = lambda path: ""
) -> str:
    """Hash of the clips' places below `root` and of their labels, in order; `mark` is what else
    counts of each."""
    root = root.resolve()
    digest = hashlib.sha256()
    for sample in samples:
        path = sample.path.resolve()
        digest.update(f"{place_of(path, root)} {sample.label}{mark(path)}\n".encode())
    return digest.hexdigest()


def place_of(path: Path, root: Path) -> str:
    """The clip's name below the data set's folder; its own name where it lies elsewhere."""
    return str(path.relative_to(root)) if path.is_relative_to(root) else path.name


def content_hash(root: Path, samples: Sequence["Sample"], edition: str | None) -> str:
    """`list_hash` with the edition of rendered clips (`Dataset.edition`); of other clips with the
    sizes of their files: to read thousands takes minutes, and a clip that was encoded anew hardly
    keeps its size, which a copy of it does.

    Raises InvalidDataset for a clip that is gone.
    """
    if edition is None:
        return list_hash(root, samples, lambda path: f" {_size(path)}")
    said = f" {edition}" if edition else ""
    return list_hash(root, samples, lambda path: said)


def _size(path: Path) -> int:
    """Bytes of a file."""
    try:
        return path.stat().st_size
    except OSError as error:
        raise InvalidDataset(
            f"{path} was listed and cannot be read: {error.strerror}",
            "Let the clips lie still while they are worked with.",
        ) from error
