"""What one time step costs at the sizes of a preset, without training anything."""

from dataclasses import dataclass
from typing import Any, ClassVar

from model.reproduction.protocol import Context, Protocol


@dataclass(frozen=True)
class StepCost(Protocol):
    """The median of `repeats`, at the widths of a training `preset`."""

    name: ClassVar[str] = "step-cost"
    timed: ClassVar[bool] = True

    preset: str = "paper"
    repeats: int = 3

    def run(self, context: Context) -> dict[str, Any]:
        """See Protocol."""
        from model.evaluation.step_cost import step_cost
        from model.training.presets import PRESETS

        return step_cost(
            PRESETS[self.preset](),
            len(context.dataset.classes),
            self.repeats,
            context.device,
            lambda done, total: context.on_progress("timing", done, total),
        )
