"""Which clips a protocol looks at, where it does not look at all."""

from collections import Counter
from collections.abc import Sequence

from model.datasets.types import Dataset, Sample
from model.datasets.verify import Progress
from model.errors import InvalidParameter
from model.methods.filling import midpoints
from model.reproduction.protocol import Context


def first_of_each(samples: Sequence[Sample], count: int) -> tuple[Sample, ...]:
    """The first `count` clips of each class, in the order of the list; 0: all."""
    seen: Counter[int] = Counter()
    chosen = []
    for sample in samples:
        seen[sample.label] += 1
        if not count or seen[sample.label] <= count:
            chosen.append(sample)
    return tuple(chosen)


def of_test(dataset: Dataset, count: int, most: int | None = None) -> tuple[Sample, ...]:
    """The first `count` test clips of each class (0: all), evenly thinned to `most`.

    Raises InvalidParameter for none.
    """
    chosen = first_of_each(dataset.test, count)
    if most is not None and len(chosen) > most:
        chosen = tuple(chosen[number] for number in midpoints(len(chosen), most).tolist())
    if not chosen:
        raise InvalidParameter(f"{dataset.name} has no test clips", "Render or list some.")
    return chosen


def telling(context: Context, what: str) -> Progress:
    """The progress of work on clips, told to the context as `what`."""
    return lambda done, total, name: context.on_progress(what, done, total)
