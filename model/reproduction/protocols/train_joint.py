"""Stage 3: gate, streams and head together, on labels."""

from dataclasses import dataclass
from typing import Any, ClassVar

from model.reproduction.protocol import Context, Protocol


@dataclass(frozen=True)
class TrainJoint(Protocol):
    """`epochs` multiplies the preset's own; `gate` is how gates act in training (ablation.py);
    `insert` the share of examples with inserted steps: temporal augmentation."""

    name: ClassVar[str] = "train-joint"
    roles: ClassVar[tuple[str, ...]] = ("start",)

    preset: str = "compact"
    epochs: float = 1.0
    seed: int = 0
    gate: str | None = None
    insert: float | None = None
    phi: float | None = None
    tau: float | None = None
    lam: float | None = None

    def run(self, context: Context) -> dict[str, Any]:
        """See Protocol; leaves a checkpoint. Without the role `attention`, the shipped gate."""
        from model.reproduction.training import preset_of, run_of, summary
        from model.training.stages import train_joint

        names = ("gate", "insert", "phi", "tau", "lam")
        changes = {name: getattr(self, name) for name in names}
        preset = preset_of(
            self.preset,
            "joint",
            epochs=self.epochs,
            precision=context.precision,
            seed=self.seed,
            **changes,
        )
        start, attention = context.file("start"), context.file_or_none("attention")
        return summary(train_joint(run_of(context, preset, start=start, attention=attention)))
