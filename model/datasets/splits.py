"""Train and test parts where no list names them: whole recordings, by a hash that never changes."""

import hashlib
from collections.abc import Sequence

from model.datasets.types import Sample

TEST_SHARE = 0.3  # as HMDB51's; UCF101 tests on 7 of 25 recordings


def split_by_group(
    samples: Sequence[Sample], split: int
) -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
    """Train and test clips, the same on every machine; each `split` is another one.

    About three tenths of each class's recordings are for the test, at least one, but never the
    only one. A recording that shows several classes stays on one side.
    """
    in_test: dict[str, bool] = {}
    for label in sorted({sample.label for sample in samples}):
        groups = {sample.group for sample in samples if sample.label == label}
        ordered = sorted(groups, key=lambda group: _hash(split, group))
        wanted = max(1, round(TEST_SHARE * len(groups))) if len(groups) > 1 else 0
        chosen = sum(in_test.get(group, False) for group in groups)
        for group in ordered:
            if group not in in_test:
                in_test[group] = chosen < wanted
                chosen += in_test[group]
    train = tuple(sample for sample in samples if not in_test[sample.group])
    return train, tuple(sample for sample in samples if in_test[sample.group])


def _hash(split: int, group: str) -> bytes:
    return hashlib.sha256(f"{split}/{group}".encode()).digest()
