"""Stage 2: the RTSAE without labels, behind the front of a stage 1 network."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from model.methods.filling import midpoints
from model.reproduction.protocol import Context, Protocol


@dataclass(frozen=True)
class TrainRTSAE(Protocol):
    """`clips` of the training part, evenly taken (0: all). `mu`, `tau`, `lam` and `phi` are the
    weights of equation 12; None keeps the reading's own."""

    name: ClassVar[str] = "train-rtsae"
    maker: ClassVar[int] = 2
    roles: ClassVar[tuple[str, ...]] = ("start",)

    clips: int = 0
    iterations: int | None = None
    layers: int = 2
    reading: str = "default"
    seed: int = 0
    mu: float | None = None
    tau: float | None = None
    lam: float | None = None
    phi: float | None = None

    def run(self, context: Context) -> dict[str, Any]:
        """See Protocol; leaves a checkpoint."""
        from model.training.stage2 import Stage2, run

        videos = [sample.path for sample in context.dataset.train]
        if self.clips:
            chosen = midpoints(len(videos), min(self.clips, len(videos)))
            videos = [videos[number] for number in chosen.tolist()]
        stage = Stage2(
            videos=videos,
            out=context.checkpoint,
            cache=context.cache / "features",
            start=context.file("start"),
            config=self._config(),
            layers=self.layers,
            device=context.device,
            precision=context.precision,
            on_clip=lambda done, total, name: context.on_progress("features", done, total),
            on_progress=lambda row: context.on_progress("training", row.iteration, row.total),
        )
        card = run(stage)
        return {name: card[name] for name in ("seconds", "monitors", "training", "refused")}

    def _config(self) -> Any:
        from model.training.rtsae import TrainConfig

        changes: dict[str, Any] = {"seed": self.seed}
        if self.iterations:
            changes["iterations"] = self.iterations
        config = TrainConfig.read(self.reading, **changes)
        weights = {name: getattr(self, name) for name in ("mu", "tau", "lam", "phi")}
        given = {name: value for name, value in weights.items() if value is not None}
        return replace(config, weights=replace(config.weights, **given))
