"""Stage 1: both streams and the head on labels."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from model.reproduction.protocol import Context, Protocol


@dataclass(frozen=True)
class TrainDSCNN(Protocol):
    """`epochs` multiplies the preset's own. The role `backbone` is a converted VGG-16; without it,
    the blocks of the shipped attention before the gate, which a plan names as `front`, and random
    weights behind it."""

    name: ClassVar[str] = "train-dscnn"

    preset: str = "compact"
    epochs: float = 1.0
    seed: int = 0
    position: int | None = None
    views: int | None = None

    def run(self, context: Context) -> dict[str, Any]:
        """See Protocol; leaves a checkpoint."""
        from model.reproduction.training import preset_of, run_of, summary
        from model.training.stages import train_dscnn

        preset = preset_of(
            self.preset, "dscnn", epochs=self.epochs, precision=context.precision, seed=self.seed
        )
        if self.position is not None:
            preset = replace(preset, recipe=replace(preset.recipe, position=self.position))
        preset = replace(preset, views=self.views or preset.views)
        backbone = context.file_or_none("backbone")
        return summary(train_dscnn(run_of(context, preset, backbone=backbone)))
