"""What a network recognises when it sees the keyframes of each method alone: Figure 12."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from model.errors import InvalidParameter, UnreadableVideo
from model.reproduction import clips
from model.reproduction.protocol import Context, Protocol
from model.reproduction.protocols.recognition import dscnn_of, work_of

if TYPE_CHECKING:
    import torch

    from model.evaluation.keyframes import Chosen
    from model.evaluation.recognition import Opened

PAPER = ("rtsae", "sms", "average", "ranktracing", "superframes", "uniform")
OTHERS = ("kts", "vsumm1", "random", "delta")
EQUAL = "@rtsae"  # of a variant: as many keyframes as rtsae finds


@dataclass(frozen=True)
class KeyframeMethods(Protocol):
    """`clips_per_class` test clips of each class (0: all). Each of `methods`, rtsae among
    them, chooses its own number of keyframes, and as many as rtsae; `network` is an RTSAE-DSCNN
    that sees these alone. The role `attention` (without it: the shipped one) is rtsae's."""

    name: ClassVar[str] = "keyframe-methods"
    roles: ClassVar[tuple[str, ...]] = ("network",)

    clips_per_class: int = 10
    methods: tuple[str, ...] = PAPER + OTHERS

    def __post_init__(self) -> None:
        if "rtsae" not in self.methods:
            raise InvalidParameter(
                "methods: wanted rtsae among them", "The others take its number."
            )

    def run(self, context: Context) -> dict[str, Any]:
        """See Protocol. Variants are the methods, and each with `EQUAL`, beside the network's own
        gate and all steps; `keyframes` are those of each clip by variant."""
        from model.evaluation.keyframes import keyframes_of
        from model.evaluation.lengths import measured
        from model.evaluation.recognition_run import gated

        work = work_of(context, tuple(self.methods))
        one = dscnn_of(context, work)
        samples = clips.of_test(context.dataset, self.clips_per_class)
        labelled, faults = measured(context.dataset, samples, work)
        if not labelled:
            raise UnreadableVideo("no test clip can be read", faults[0].message)
        usable = list(labelled)
        found = keyframes_of([sample.path for sample in usable], work.select, work, budget=True)
        [tally] = gated(
            one.group, [one], usable, work, lambda path, _, opened: gates(found[path], opened)
        )
        outcomes = tally.outcomes(context.dataset.classes, list(labelled.values()))
        return {
            "left_out": {fault.path.name: fault.message for fault in faults},
            "outcomes": outcomes.to_json(),
            "keyframes": counts([found[sample.path] for sample in usable]),
        }


def gates(chosen: "Chosen", opened: "Opened") -> "dict[str, torch.Tensor]":
    """Gates (1, T) of each variant: open at the steps nearest to its keyframes."""
    import torch

    from model.evaluation.recognition import ALL, GATE
    from model.features.types import nearest

    found = {GATE: torch.from_numpy(opened.open_T).float()[None]}
    found[ALL] = torch.ones_like(found[GATE])
    for name, index_K in _variants(chosen).items():
        found[name] = torch.zeros_like(found[GATE])
        found[name][0, torch.from_numpy(nearest(index_K, opened.index_T))] = 1
    return found


def counts(clips_N: "list[Chosen]") -> dict[str, list[int]]:
    """The number of keyframes in each clip, by variant."""
    rows = [_variants(chosen) for chosen in clips_N]
    return {name: [len(row[name]) for row in rows] for name in rows[0]}


def _variants(chosen: "Chosen") -> Mapping[str, Any]:
    number = len(chosen.by_method["rtsae"].own_K)
    own = {name: choice.own_K for name, choice in chosen.by_method.items()}
    equal = {f"{name}{EQUAL}": choice.exactly(number) for name, choice in chosen.by_method.items()}
    return own | equal
