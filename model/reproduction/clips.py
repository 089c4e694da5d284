"""Which clips a protocol looks at, where it does not look at all."""

from collections import Counter
from collections.abc import Sequence

from model.datasets.types import Dataset, Sample
from model.datasets.verify import Progress
from model.errors import InvalidParameter
from model.methods.filling import midpoints
from model.reproduction.protocol import Context


def few_of_each(samples: Sequence[Sample], count: int) -> tuple[Sample, ...]:
    """`count` clips of each class in the order of the list, from as many recordings as there are:
    clips of one say less than as many others; 0: all."""
    if not count:
        return tuple(samples)
    of_group: Counter[tuple[int, str]] = Counter()
    turns: dict[int, list[tuple[int, int]]] = {}
    for place, sample in enumerate(samples):
        group = (sample.label, sample.group)
        turns.setdefault(sample.label, []).append((of_group[group], place))
        of_group[group] += 1
    places = sorted(place for rows in turns.values() for _, place in sorted(rows)[:count])
    return tuple(samples[place] for place in places)


def of_test(dataset: Dataset, count: int, most: int | None = None) -> tuple[Sample, ...]:
    """`count` test clips of each class (`few_of_each`), evenly thinned to `most`.

    Raises InvalidParameter for none.
    """
    chosen = few_of_each(dataset.test, count)
    if most is not None and len(chosen) > most:
        chosen = tuple(chosen[number] for number in midpoints(len(chosen), most).tolist())
    if not chosen:
        raise InvalidParameter(f"{dataset.name} has no test clips", "Render or list some.")
    return chosen


def telling(context: Context, what: str) -> Progress:
    """The progress of work on clips, told to the context as `what`."""
    return lambda done, total, name: context.on_progress(what, done, total)
