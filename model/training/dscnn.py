"""Stage 1 (section 4.3): S-Net, T-Net and what follows them, trained on labels, every gate open.

Shape legend: N examples, T steps, C features of a stream, K classes. The paper trains the two nets
standalone, each with a softmax of its own over single frames (`stream_weight` 1, `fused_weight` 0),
and the T-Net on a second data set too, by a head of its own: flow has no ImageNet, and the classes
of UCF101 and HMDB51 overlap (Simonyan and Zisserman 2014, section 4). The fused training runs
through equation 16, F-Net and the LSTM at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from model.errors import InvalidParameter
from model.networks.dscnn import RTSAEDSCNN
from model.networks.head import normalise
from model.networks.noise import Noise
from model.training.distributed import World
from model.training.examples import Batch, Example, collate, random_steps
from model.training.sources import Source
from model.training.trainer import Draw, Schedule, Task
from model.training.views import WHOLE


@dataclass(frozen=True)
class Stage1:
    """`steps` is how many steps of a clip one example takes, drawn from this range: few make an
    epoch cheap, and teach the LSTM to do with what the gates will leave. `tail_pace` slows the
    streams' learning against that of the head, which starts from nothing."""

    schedule: Schedule = field(default_factory=Schedule)
    steps: tuple[int, int] = (4, 10)
    fused_weight: float = 1.0
    stream_weight: float = 0.0
    tail_pace: float = 1.0

    def __post_init__(self) -> None:
        low, high = self.steps
        if not 1 <= low <= high:
            raise InvalidParameter(f"steps: wanted 1 <= low <= high, got {low} to {high}")
        if min(self.fused_weight, self.stream_weight) < 0 or not (
            self.fused_weight + self.stream_weight
        ):
            raise InvalidParameter(
                f"weights of the loss: wanted one above 0, none below, got fused "
                f"{self.fused_weight}, streams {self.stream_weight}"
            )

    def check_second(self) -> None:
        """Raises InvalidParameter when a second data set would train nothing."""
        if not self.stream_weight:
            raise InvalidParameter(
                "a second data set trains the T-Net alone", "Add --standalone, or leave it out."
            )


@dataclass(frozen=True)
class Labelled:
    """Clips to train on, their labels, and of how many classes."""

    source: Source
    label_N: Sequence[int]
    classes: int


class DSCNNTask(Task):
    """Cross-entropy of the fused network and of each stream alone; with `second`, that of the
    T-Net on as many clips of another data set. Raises InvalidParameter for `second` without a
    stream's own loss."""

    def __init__(
        self,
        network: RTSAEDSCNN,
        config: Stage1,
        source: Source,
        label_N: Sequence[int],
        validation: tuple[Source, Sequence[int]] | None = None,
        second: Labelled | None = None,
    ) -> None:
        super().__init__()
        self.config, self.validation, self.second = config, validation, second
        self.first = Labelled(source, label_N, len(network.config.classes))
        if second:
            config.check_second()
        self.dscnn = network
        network.requires_grad_(True)
        network.encoder.requires_grad_(False)
        parts: dict[str, nn.Module] = {"dscnn": network}
        heads = {"s": self.first, "t": self.first} | ({"second": second} if second else {})
        for name, labelled in heads.items() if config.stream_weight else ():
            head = nn.Linear(network.config.cam, labelled.classes)
            parts[f"{name}_classifier"] = head.to(network.head.rho.device)
        self.network = nn.ModuleDict(parts)

    def pace(self, name: str) -> float:
        """See Task."""
        return self.config.tail_pace if "_tail." in name else 1.0

    def losses(self, draws: Sequence[Draw], share_done: float) -> Mapping[str, Tensor]:
        """See Task."""
        examples = [self._example(draw, draw.clip, self.first) for draw in draws]
        noise = Noise([draw.rng for draw in draws])
        terms = self._terms(collate(self.dscnn, self.first.source, examples), noise)
        return self._with_second(terms, draws, self.second) if self.second else terms

    def measure(self, world: World) -> dict[str, tuple[float, float]]:
        """Loss and accuracy on the validation clips, all steps open."""
        if self.validation is None:
            return {}
        source, label_N = self.validation
        sums: dict[str, tuple[float, float]] = {}
        for number in range(world.rank, len(label_N), world.size):
            steps = torch.arange(source.length_N[number]).numpy()
            example = Example.of(label_N[number], WHOLE, number, steps)
            for name, value_n in self._terms(collate(self.dscnn, source, [example])).items():
                total, count = sums.get(f"validation/{name}", (0.0, 0.0))
                sums[f"validation/{name}"] = (total + float(value_n.sum()), count + len(value_n))
        return sums or {f"validation/{name}": (0.0, 0.0) for name in self._names()}

    def _names(self) -> tuple[str, ...]:
        fused = ("fused", "accuracy") if self.config.fused_weight else ()
        streams = ("s_net", "t_net", "s_accuracy", "t_accuracy")
        return ("loss", *fused, *(streams if self.config.stream_weight else ()))

    def _example(self, draw: Draw, clip: int, labelled: Labelled) -> Example:
        low, high = self.config.steps
        count = int(draw.rng.integers(low, high + 1))
        view = int(draw.rng.integers(labelled.source.views))
        step_T = random_steps(labelled.source.length_N[clip], count, draw.rng)
        return Example.of(labelled.label_N[clip], view, clip, step_T)

    def _with_second(
        self, terms: dict[str, Tensor], draws: Sequence[Draw], second: Labelled
    ) -> dict[str, Tensor]:
        """The terms, and the T-Net's loss on one clip of the second data set for each draw."""
        clips = [int(draw.rng.integers(len(second.label_N))) for draw in draws]
        examples = [
            self._example(draw, clip, second) for draw, clip in zip(draws, clips, strict=True)
        ]
        batch = collate(self.dscnn, second.source, examples)
        mask = batch.mask_NT
        z_t = self.dscnn.features(
            self.dscnn.t_tail, batch.x_t_NTCHW, mask.to(batch.x_t_NTCHW), mask
        )
        entropy, right = self._stream("second", z_t, mask, batch.label_N)
        loss = terms["loss"] + self.config.stream_weight * entropy
        return {**terms, "loss": loss, "second": entropy, "second_accuracy": right}

    def _terms(self, batch: Batch, noise: Noise | None = None) -> dict[str, Tensor]:
        network, mask = self.dscnn, batch.mask_NT
        open_NT = mask.to(batch.x_s_NTCHW)
        z_s = network.features(network.s_tail, batch.x_s_NTCHW, open_NT, mask)
        z_t = network.features(network.t_tail, batch.x_t_NTCHW, open_NT, mask)
        terms, loss = {}, torch.zeros(len(mask), device=mask.device)
        if self.config.fused_weight:
            logits_NK = network.head(z_s, z_t, open_NT, noise)
            terms["fused"] = F.cross_entropy(logits_NK.float(), batch.label_N, reduction="none")
            terms["accuracy"] = (logits_NK.argmax(1) == batch.label_N).float()
            loss = loss + self.config.fused_weight * terms["fused"]
        if self.config.stream_weight:
            for name, z_NTC in (("s", z_s), ("t", z_t)):
                entropy, right = self._stream(name, z_NTC, mask, batch.label_N)
                terms |= {f"{name}_net": entropy, f"{name}_accuracy": right}
                loss = loss + self.config.stream_weight * entropy
        return {"loss": loss, **terms}

    def _stream(
        self, name: str, z_NTC: Tensor, mask_NT: Tensor, label_N: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Cross-entropy over the steps of one stream alone, and whether their mean is right."""
        logits_NTK = self.network[f"{name}_classifier"](normalise(z_NTC)).float()  # type: ignore[index]
        label_NT = label_N[:, None].expand(mask_NT.shape)
        entropy_NT = F.cross_entropy(logits_NTK.transpose(1, 2), label_NT, reduction="none")
        weight_NT = mask_NT / mask_NT.sum(1, keepdim=True)
        probability_NK = torch.einsum("ntk,nt->nk", logits_NTK.softmax(2), weight_NT)
        right_N = (probability_NK.argmax(1) == label_N).float()
        return (entropy_NT * weight_NT).sum(1), right_N
