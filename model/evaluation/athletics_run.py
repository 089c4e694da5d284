"""The Athletics protocol from checkpoint files to its result."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from model.datasets.types import Dataset
from model.errors import InvalidParameter
from model.evaluation.athletics import report
from model.evaluation.recognition_run import tallies_of
from model.evaluation.recognition_work import Work
from model.training.card import provenance
from model.video.probe import sha256_of


def evaluate(dataset: Dataset, files: Sequence[Path], work: Work) -> dict[str, Any]:
    """Every checkpoint on the data set's test clips; those of one family and preset are training
    seeds.

    Raises as `tallies_of`, InvalidParameter for a data set without test clips, and InvalidDataset
    for clips without ground truth.
    """
    if not dataset.test:
        raise InvalidParameter(f"{dataset.name} has no test clips", "Render or list some.")
    tallies, files_of = tallies_of(dataset, files, dataset.test, work)
    about = [
        {"file": path.name, "family": str(group), "sha256": sha256_of(path)}
        for group, paths in files_of.items()
        for path in paths
    ]
    how = {"device": work.device, "precision": work.precision}
    return report(dataset, tallies, {**provenance(), **how, "checkpoints": about})
