"""Vanilla ARCH on the keyframes of one method."""

from dataclasses import dataclass
from typing import Any, ClassVar

from model.reproduction.protocol import Context, Protocol


@dataclass(frozen=True)
class TrainARCH(Protocol):
    """`epochs` multiplies the preset's own; `selection` is the method of keyframes."""

    name: ClassVar[str] = "train-arch"

    selection: str = "sms"
    preset: str = "compact"
    epochs: float = 1.0
    seed: int = 0

    def run(self, context: Context) -> dict[str, Any]:
        """See Protocol; leaves a checkpoint. `attention` chooses the keyframes of rtsae."""
        from model.reproduction.training import preset_of, run_of, summary
        from model.training.arch import train_arch

        preset = preset_of(
            self.preset, "arch", epochs=self.epochs, precision=context.precision, seed=self.seed
        )
        run = run_of(context, preset, attention=context.file_or_none("attention"))
        return summary(train_arch(run, self.selection))
