"""Stage 3 (section 4.3): the whole network on labels, through the gates of equation 13.

Shape legend: N examples, T steps, K classes, H = 128.

    loss = CE + phi mean(a_t) + lambda mean(|o_t|_1) + tau |O|_* / T

The paper does not state this loss. Cross-entropy alone never closes a gate; the other terms are
those of equation 12 that need no decoder, which this stage removes, here as means over steps. With
`open_share` the price phi is found by dual ascent, so that no larger share of the steps opens.
`binary_share` trains the last part of the run straight through the binary gates of equation 14. It
cost accuracy by both gates wherever it was tried (docs/recognition.md), and is off.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from model.errors import InvalidParameter
from model.networks import loss as terms
from model.networks.ablation import OPENERS, hard_concrete_price, opener_of, straight_through
from model.networks.dscnn import RTSAEDSCNN, Output
from model.networks.noise import Noise
from model.networks.rtsae import Opener
from model.training.augment import draw_insertion
from model.training.distributed import World
from model.training.examples import Batch, Example, collate, random_steps
from model.training.monitor import alarms, gate_gradient, gate_shares
from model.training.selections import compare
from model.training.sources import Source
from model.training.trainer import Draw, Schedule, Task


@dataclass(frozen=True)
class Stage3:
    """`gate` names the opener (ablation.py). `phi`, `tau`, `lam` weigh the loss; with `open_share`
    phi starts there and moves by `phi_rate` times the surplus of open steps, between 0 (a price
    never pays for opening: the share is a bound) and `phi_bound`. `steps` bounds an example's
    steps; `insert` is the share of examples that get steps of other clips or repeated ones;
    `tail_pace` slows the streams' learning against that of gate and head."""

    schedule: Schedule = field(default_factory=lambda: Schedule(batch=16, learning_rate=1e-3))
    gate: str = "soft"
    phi: float = 0.3
    tau: float = 0.0
    lam: float = 0.0
    open_share: float | None = 0.3
    phi_rate: float = 0.05
    phi_bound: float = 2.0
    binary_share: float = 0.0
    steps: int = 16
    insert: float = 0.8
    tail_pace: float = 1.0

    def __post_init__(self) -> None:
        if self.gate not in OPENERS:
            raise InvalidParameter(f"gate: wanted one of {', '.join(OPENERS)}, got {self.gate!r}")
        for name in ("insert", "binary_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise InvalidParameter(f"{name}: wanted 0 to 1, got {getattr(self, name)}")
        if self.open_share is not None and not 0 < self.open_share < 1:
            raise InvalidParameter(f"open_share: wanted between 0 and 1, got {self.open_share}")
        if self.steps < 1:
            raise InvalidParameter(f"steps: wanted at least 1, got {self.steps}", "", "/steps")
        terms.check_weights(phi=self.phi, tau=self.tau, lam=self.lam, phi_bound=self.phi_bound)


class JointTask(Task):
    """Gates, tails and head learn together; so does the front where images are the source."""

    def __init__(
        self,
        network: RTSAEDSCNN,
        config: Stage3,
        source: Source,
        label_N: Sequence[int],
        validation: tuple[Source, Sequence[int]] | None = None,
    ) -> None:
        super().__init__()
        self.config, self.source, self.label_N = config, source, label_N
        self.validation = validation
        self.network: RTSAEDSCNN = network.requires_grad_(True)
        self._labels = np.asarray(label_N)
        self.scalars["phi"] = config.phi

    def pace(self, name: str) -> float:
        """See Task."""
        return self.config.tail_pace if "_tail." in name else 1.0

    def losses(self, draws: Sequence[Draw], share_done: float) -> Mapping[str, Tensor]:
        """See Task."""
        batch = collate(self.network, self.source, [self._example(draw) for draw in draws])
        rngs = [draw.rng for draw in draws]
        output = self.network.soft_forward(
            batch.x_s_NTCHW,
            batch.x_t_NTCHW,
            batch.x_NTD,
            batch.mask_NT,
            self._opener(share_done, Noise(rngs)),
            Noise(rngs),
        )
        entropy_N = F.cross_entropy(output.logits_NK.float(), batch.label_N, reduction="none")
        right_N = (output.logits_NK.argmax(1) == batch.label_N).float()
        prices = self._prices(output, batch.mask_NT)
        loss_N = entropy_N + torch.stack(list(prices.values())).sum(0)
        found = {"loss": loss_N, "cross_entropy": entropy_N, "accuracy": right_N}
        return {**found, **prices, **gate_monitors(output, batch)}

    def observe(self) -> dict[str, float]:
        """The gradient that reaches W_a, sigma and the price."""
        gate = self.network.encoder.gate
        sigma = float(gate.sigma.detach())
        return {"gate_gradient": gate_gradient(gate), "sigma": sigma, **self.scalars}

    def learned(self, means: Mapping[str, float]) -> None:
        """Dual ascent: the price rises while more than the wanted share opens, else it falls."""
        if self.config.open_share is None:
            return
        phi = self.scalars["phi"]
        phi += self.config.phi_rate * (means["open_rate"] - self.config.open_share)
        self.scalars["phi"] = min(max(phi, 0.0), self.config.phi_bound)

    def measure(self, world: World) -> dict[str, tuple[float, float]]:
        """Accuracy on the validation clips by soft and by binary gates, and by other selections of
        as many steps."""
        if self.validation is None:
            return {}
        source, label_N = self.validation
        numbers = range(world.rank, len(label_N), world.size)
        return compare(self.network, source, label_N, numbers)

    def alarms(self, row: Mapping[str, float]) -> tuple[str, ...]:
        """See Task."""
        return alarms(row)

    def _opener(self, share_done: float, noise: Noise) -> Opener:
        binary = share_done >= 1 - self.config.binary_share
        return straight_through if binary else opener_of(self.config.gate, noise)

    def _prices(self, output: Output, mask_NT: Tensor) -> dict[str, Tensor]:
        """The terms beside cross-entropy, means over the steps."""
        trace, config = output.trace, self.config
        mask = mask_NT.to(trace.gate_NT)
        length_N = mask.sum(1)
        gate_NT = trace.gate_NT
        if config.gate == "hard-concrete":
            gate_NT = hard_concrete_price(gate_NT)
        opening_N = terms.opening(gate_NT, mask) / length_N
        prices = {"opening": self.scalars["phi"] * opening_N}
        if config.lam:
            prices["annihilation"] = config.lam * terms.annihilation(trace.o_NTH, mask) / length_N
        if config.tau:
            prices["nuclear"] = config.tau * terms.nuclear_norm(trace.o_NTH, mask) / length_N
        return prices

    def _example(self, draw: Draw) -> Example:
        """Steps of the clip, most times with some inserted: repeated ones, or another class's."""
        rng, length_N, label = draw.rng, self.source.length_N, self.label_N[draw.clip]
        view = int(rng.integers(self.source.views))
        step_T = random_steps(length_N[draw.clip], self.config.steps, rng)
        others = np.flatnonzero(self._labels != label)
        other = int(rng.choice(others)) if len(others) else draw.clip
        drawn = draw_insertion(len(step_T), length_N[other], rng, probability=self.config.insert)
        clip_T = np.repeat([draw.clip, other], [len(step_T), length_N[other]])
        every_T = np.concatenate([step_T, np.arange(length_N[other])])
        place_P = drawn.source_P
        return Example(label, view, clip_T[place_P], every_T[place_P], drawn.inserted_P)


@torch.no_grad()
def gate_monitors(output: Output, batch: Batch) -> dict[str, Tensor]:
    """Per example: hard open rate, mean gate on native and on inserted steps, the gates' deviation
    within the clip, the mean norm of o, and the share of gates in each fifth of 0 to 1."""
    mask, gate_NT = batch.mask_NT, output.trace.gate_NT.float()
    open_NT = (gate_NT > 0.5) & mask
    native, inserted = mask & ~batch.inserted_NT, mask & batch.inserted_NT
    mean_N = _mean(gate_NT, mask)
    found = {
        "open_rate": open_NT.sum(1) / mask.sum(1),
        "gate_native": _mean(gate_NT, native),
        "gate_inserted": _mean(gate_NT, inserted),
        "gate_spread": _mean((gate_NT - mean_N[:, None]).square(), mask).sqrt(),
        "mean_o": _mean(output.trace.o_NTH.float().norm(dim=2), mask),
    }
    return found | gate_shares(gate_NT, mask)


def _mean(value_NT: Tensor, mask_NT: Tensor) -> Tensor:
    """Mean over the masked steps, (N,); NaN where there are none."""
    total_N = torch.where(mask_NT, value_NT, 0).sum(1)
    return total_N / mask_NT.sum(1)
