"""What a trained network of any kind recognises on the test part of the data set."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from model.errors import InvalidParameter, UnreadableVideo
from model.reproduction import clips
from model.reproduction.protocol import Context, Protocol

if TYPE_CHECKING:
    from model.evaluation.recognition_run import Loaded
    from model.evaluation.recognition_work import Work

SELECT = ("rtsae", "uniform")


@dataclass(frozen=True)
class Recognition(Protocol):
    """`clips_per_class` test clips of each class (0: all). RTSAE-DSCNN is seen by its own
    gate, as many uniform and random steps, all, and discarded steps mixed back in; Vanilla ARCH on
    the keyframes that it was trained on; Two-Stream and C3D on those of the methods `select`, of
    which `whole` is every frame.
    The role `attention` (without it: the shipped one) chooses the keyframes of rtsae."""

    name: ClassVar[str] = "recognition"
    roles: ClassVar[tuple[str, ...]] = ("network",)

    clips_per_class: int = 0
    select: tuple[str, ...] = SELECT

    def __post_init__(self) -> None:
        if self.clips_per_class < 0:
            raise InvalidParameter(f"clips_per_class: wanted 0 or more, got {self.clips_per_class}")

    def run(self, context: Context) -> dict[str, Any]:
        """See Protocol. Clips that cannot be read are left out, and named."""
        from model.evaluation.lengths import measured
        from model.evaluation.recognition_run import tallies_of
        from model.video.probe import sha256_of

        work = work_of(context, self.select)
        samples = clips.of_test(context.dataset, self.clips_per_class)
        labelled, faults = measured(context.dataset, samples, work)
        if not labelled:
            raise UnreadableVideo("no test clip can be read", faults[0].message)
        usable, path = list(labelled), context.file("network")
        tallies, _ = tallies_of(context.dataset, [path], usable, work)
        [(group, [tally])] = tallies.items()
        outcomes = tally.outcomes(context.dataset.classes, list(labelled.values()))
        return {
            "recognizer": group.family,
            "preset": group.preset,
            "weights_sha256": sha256_of(path),
            "left_out": {fault.path.name: fault.message for fault in faults},
            "outcomes": outcomes.to_json(),
        }


def work_of(context: Context, select: tuple[str, ...]) -> "Work":
    """Where and how recognisers are evaluated in a task."""
    from model.evaluation.recognition_work import Work

    return Work(
        context.cache,
        context.device,
        context.precision,
        jobs=context.jobs,
        attention=context.file_or_none("attention"),
        on_clip=lambda what, done, total, name: context.on_progress(what, done, total),
        select=tuple(select),
    )


def dscnn_of(context: Context, work: "Work") -> "Loaded":
    """The RTSAE-DSCNN that plays the role `network`. Raises InvalidParameter for another."""
    from model.evaluation.recognition_extractors import Extractor
    from model.evaluation.recognition_run import load
    from model.networks.arch import ARCH

    path = context.file("network")
    one = load(path, context.dataset, work)
    if isinstance(one, Extractor) or isinstance(one.network, ARCH):
        raise InvalidParameter(f"{path.name}: wanted an RTSAE-DSCNN, got {one.group}")
    return one
