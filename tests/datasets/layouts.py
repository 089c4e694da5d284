"""Tiny copies of the published layouts; loaders look at names alone, so the files are empty."""

from pathlib import Path


def touch(root: Path, *names: str) -> Path:
    """Empty files below `root`."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return root


def write(path: Path, *lines: str) -> Path:
    """A text file of these lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    return path


def names(samples) -> list[str]:
    """File names of samples, in their order."""
    return [sample.path.name for sample in samples]


def labels(samples) -> list[int]:
    """Labels of samples, in their order."""
    return [sample.label for sample in samples]
