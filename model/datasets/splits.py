"""Train and test parts where no list names them: whole recordings, by a hash that never changes."""

import hashlib
from collections.abc import Sequence

from model.datasets.types import Sample

TEST_SHARE = 0.3  # as HMDB51's; UCF101 tests on 7 of 25 recordings


def split_by_group(
    samples: Sequence[Sample], split: int
) -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
    """Train and test clips, the same on every machine.

    About three tenths of each class's recordings are for the test, at least one, but never the
    only one; splits 1, 2 and 3 test on others, as far as there are enough. A recording that shows
    several classes stays on one side.
    """
    in_test: dict[str, bool] = {}
    for label in sorted({sample.label for sample in samples}):
        groups = {sample.group for sample in samples if sample.label == label}
        wanted = max(1, round(TEST_SHARE * len(groups))) if len(groups) > 1 else 0
        ordered = sorted(groups, key=_hash)
        first = (split - 1) * wanted % len(groups)
        chosen = sum(in_test.get(group, False) for group in groups)
        for group in ordered[first:] + ordered[:first]:
            if group not in in_test:
                in_test[group] = chosen < wanted
                chosen += in_test[group]
    train = tuple(sample for sample in samples if not in_test[sample.group])
    return train, tuple(sample for sample in samples if in_test[sample.group])


def _hash(group: str) -> bytes:
    return hashlib.sha256(group.encode()).digest()
