"""Two-Stream and C3D: the recognisers that read the keyframes of any method."""

from dataclasses import dataclass
from typing import Any, ClassVar

from model.errors import InvalidParameter
from model.reproduction.protocol import Context, Protocol

KINDS = ("two-stream", "c3d")


@dataclass(frozen=True)
class TrainExtractor(Protocol):
    """`kind` is two-stream or c3d; `epochs` multiplies the preset's own. The role `backbone`,
    for two-stream, is that of train-dscnn."""

    name: ClassVar[str] = "train-extractor"
    maker: ClassVar[int] = 2

    kind: str = "two-stream"
    preset: str = "compact"
    epochs: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InvalidParameter(f"kind: wanted one of {', '.join(KINDS)}, got {self.kind!r}")

    def run(self, context: Context) -> dict[str, Any]:
        """See Protocol; leaves a checkpoint."""
        from model.reproduction.training import preset_of, run_of, summary
        from model.training.c3d import train_c3d
        from model.training.two_stream import train_two_stream

        part = self.kind.replace("-", "_")
        preset = preset_of(
            self.preset, part, epochs=self.epochs, precision=context.precision, seed=self.seed
        )
        if self.kind == "c3d":
            return summary(train_c3d(run_of(context, preset.for_c3d())))
        backbone = context.file_or_none("backbone")
        return summary(train_two_stream(run_of(context, preset, backbone=backbone)))
