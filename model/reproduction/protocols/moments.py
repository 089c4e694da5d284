"""Where keyframes and phi_t lie in clips: run-up, decisive phases, the end of the clip."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from model.errors import InvalidParameter, UnreadableVideo
from model.reproduction import clips
from model.reproduction.protocol import Context, Protocol

if TYPE_CHECKING:
    from model.types import FrameScores


@dataclass(frozen=True)
class Moments(Protocol):
    """`clips_per_class` test clips of each class (0: all). The gate is that of the role
    `network`, an RTSAE-DSCNN, or of the role `attention`: one of them is wanted."""

    name: ClassVar[str] = "moments"

    clips_per_class: int = 10

    def run(self, context: Context) -> dict[str, Any]:
        """See Protocol."""
        from model.evaluation.moments import moments

        samples = clips.of_test(context.dataset, self.clips_per_class)
        paths = [sample.path for sample in samples]
        gate, read, faults = _reader(context, paths)
        left_out = {fault.path.name: fault.message for fault in faults}
        usable = [sample for sample in samples if sample.path.name not in left_out]
        if not usable:
            raise UnreadableVideo("no clip is left to look at", "; ".join(left_out.values()))
        found = moments(usable, context.dataset.classes, read)
        return {"gate": gate, "left_out": left_out, **found}


def _reader(
    context: Context, paths: list[Path]
) -> "tuple[dict[str, Any], Callable[[Path], FrameScores], list[Any]]":
    """What gate it is, its scores of a clip, and the clips that cannot be used."""
    tell = clips.telling(context, "steps")
    if "network" in context.inputs:
        from model.evaluation.network_gate import NetworkGate

        gate = NetworkGate(
            context.file("network"), context.cache, context.device, context.precision
        )
        rate = gate.network.front.recipe.steps_per_second
        faults = gate.fill(paths, context.jobs, tell)
        return {"of": "network", "steps_per_second": rate}, gate.scores, faults
    if "attention" not in context.inputs:
        raise InvalidParameter("moments: wanted a network or an attention checkpoint, got none")
    from model.evaluation.steps_cache import StepsCache
    from model.networks.attention import AttentionModel

    model = AttentionModel.load(context.file("attention"), context.device)
    cache = StepsCache(context.cache / "attention-steps", model)
    about = {"of": "attention", "steps_per_second": model.steps_per_second}
    faults = cache.fill(paths, context.jobs, tell)
    return about, lambda path: cache.gate(path).scores(), faults
