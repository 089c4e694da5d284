"""A stage 1 network with the gate of stage 2, not trained further: the fixed DSCNN of Table 2."""

from dataclasses import dataclass
from typing import Any, ClassVar

from model.reproduction.protocol import Context, Protocol


@dataclass(frozen=True)
class AdoptGate(Protocol):
    """What the attention is worth to a recogniser that never learned with it."""

    name: ClassVar[str] = "adopt-gate"
    roles: ClassVar[tuple[str, ...]] = ("start", "attention")

    def run(self, context: Context) -> dict[str, Any]:
        """See Protocol; leaves a checkpoint."""
        from model.networks import recognition_checkpoint
        from model.training.stages import adopt_gate, load_dscnn

        start, attention = context.file("start"), context.file("attention")
        network, card = load_dscnn(start, context.dataset.classes)
        adopt_gate(network, attention)
        recognition_checkpoint.save(context.checkpoint, network, card)
        return {}
