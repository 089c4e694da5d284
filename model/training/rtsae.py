"""Stage 2 (section 4.3): the RTSAE trained without labels on any folder of videos.

Shape legend: N sequences, T steps, D = 128. The default reading adds to equation 12 the advantage
of opening (hindsight.py), which teaches the gate. `soft` is equation 12 with soft gates and every
step reconstructed; `literal` is equation 12 as printed, with soft gates and Adadelta.
"""

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from model.errors import InvalidParameter
from model.features.steps import StepClock
from model.networks import loss as terms
from model.networks.novelty import FULL_CONTRAST, contrast, eased
from model.networks.rtsae import RTSAE, Opener, RTSAEConfig, Trace, hard, soft
from model.training.curves import Curves
from model.training.distributed import World
from model.training.hindsight import advantage_of_opening
from model.training.monitor import alarms, gate_gradient, gate_shares, measure
from model.training.sequences import Mixing, Sampler
from model.training.trainer import Draw, Progress, Schedule, Task, Trainer

READINGS = ("default", "soft", "literal")
OPEN_TARGET, CLOSED_TARGET = 0.8, 0.02  # soft gates that the teacher asks for
FULL_PACE = 32  # hidden units up to which a soft gate learns as fast as the rest
LEAST_O, MOST_O = 0.02, 0.6  # root mean square of o by the step's contrast
Generators = Sequence[np.random.Generator]  # one for each sequence


@dataclass(frozen=True)
class Fading(Schedule):
    """A learning rate that stays until `decay_from`, then falls linearly to nearly nothing."""

    decay_from: float = 1.0

    def rate(self, share_done: float) -> float:
        """See Schedule."""
        if share_done <= self.decay_from:
            return self.learning_rate
        left = (1 - share_done) / (1 - self.decay_from)
        return self.learning_rate * min(1.0, left + 0.01)


@dataclass(frozen=True)
class TrainConfig:
    """Everything that decides a run; saved with the checkpoint.

    `prices` is the range of the price of opening, drawn per sequence; the checkpoint's own price
    is then set so that `open_rate` of the training steps open, beside each first one. `explore` is
    the share of decisions taken at random, so that the gate learns from memories that it would
    not have. `autoencoder_weight` lets equation 12 and the decoder take part in the default
    reading; at 0 they are only monitored.
    """

    reading: str = "default"
    iterations: int = 1500
    batch: int = 24
    steps: int = 64
    learning_rate: float = 2e-3
    decay_from: float = 0.6
    seed: int = 0
    weights: terms.LossWeights = field(default_factory=lambda: terms.LossWeights(lam=5e-4))
    autoencoder_weight: float = 0.0
    contrast_weight: float = 2.0
    prices: tuple[float, float] = (1.0, 40.0)
    open_rate: float = 0.022
    explore: float = 0.1
    explore_open: float = 0.15
    mixing: Mixing = field(default_factory=Mixing)
    monitor_every: int = 50

    def __post_init__(self) -> None:
        least = {"iterations": 1, "batch": 1, "steps": 8, "monitor_every": 1, "seed": 0}
        for name, low in least.items():
            if getattr(self, name) < low:
                got = getattr(self, name)
                raise InvalidParameter(f"{name}: wanted at least {low}, got {got}", "", f"/{name}")
        if self.reading not in READINGS:
            wanted = ", ".join(READINGS)
            raise InvalidParameter(f"reading: wanted one of {wanted}, got {self.reading!r}")
        own = ("autoencoder_weight", "contrast_weight")
        terms.check_weights(**{name: getattr(self, name) for name in own})

    @classmethod
    def read(cls, reading: str, **changes: Any) -> "TrainConfig":
        """The configuration of a reading by its name. Raises InvalidParameter."""
        return cls.literal(**changes) if reading == "literal" else cls(reading=reading, **changes)

    @classmethod
    def literal(cls, **changes: Any) -> "TrainConfig":
        """The paper's loss weights, batch, soft gates and optimiser."""
        return cls(reading="literal", **{"weights": terms.LossWeights(), "batch": 32, **changes})

    @property
    def schedule(self) -> Fading:
        """How weights move; Adadelta sets its own rate."""
        literal = self.reading == "literal"
        return Fading(
            iterations=self.iterations,
            batch=self.batch,
            optimiser="adadelta" if literal else "adam",
            learning_rate=1.0 if literal else self.learning_rate,
            decay_from=1.0 if literal else self.decay_from,
            clip_norm=1.0,
            report_every=self.monitor_every,
            seed=self.seed,
        )

    def architecture(self, layers: int = 2) -> RTSAEConfig:
        """The network of the reading, with as many aLSTMs on each side."""
        literal = RTSAEConfig.literal(layers)
        return RTSAEConfig(layers=layers) if self.reading == "default" else literal


class AttentionTask(Task):
    """The RTSAE on sequences of `config.steps` made from clips given as (x_SD, time_S).

    What is random about a sequence, its price and what is explored in it, follows from its draw;
    the draw's clip is not asked for, as a sequence is made of several.
    """

    def __init__(self, rtsae: RTSAE, config: TrainConfig, clips: list[Any]) -> None:
        super().__init__()
        self.network: RTSAE = rtsae
        self.config, self.sampler = config, Sampler(clips, config.mixing)

    def losses(self, draws: Sequence[Draw], share_done: float) -> Mapping[str, Tensor]:
        """See Task."""
        rngs = [draw.rng for draw in draws]
        rows = [self.sampler.sequence(self.config.steps, rng) for rng in rngs]
        x_NTD = torch.from_numpy(np.stack(rows))
        losses, trace = _LOSSES[self.config.reading](self.network, x_NTD, rngs, self.config)
        self._last = (x_NTD, trace.shown_NTD.detach(), trace.o_NTH.detach())
        every_NT = torch.ones(x_NTD.shape[:2], dtype=torch.bool)
        return {**losses, **gate_shares(trace.gate_NT, every_NT)}

    def pace(self, name: str) -> float:
        """See Task. One step of Adam moves |W_a o|^2 by the cube of the width: at the common rate a
        soft gate of 128 units saturates open, where equation 7 has no gradient left to close it."""
        if self.config.reading != "soft" or not name.startswith("encoder.gate."):
            return 1.0
        return min(1.0, math.pow(FULL_PACE / self.network.config.hidden, 1.5))

    def observe(self) -> dict[str, float]:
        """The gradient that reaches W_a, and sigma."""
        gate = self.network.encoder.gate
        return {"gate_gradient": gate_gradient(gate), "sigma": float(gate.sigma.detach())}

    def measure(self, world: World) -> dict[str, tuple[float, float]]:
        """The monitors of the last batch."""
        found = measure(self.network, *self._last)
        return {name: (float(value_N.sum()), len(value_N)) for name, value_N in found.items()}

    def alarms(self, row: Mapping[str, float]) -> tuple[str, ...]:
        """See Task."""
        return alarms(row)


def train(
    clips: list[Any],
    config: TrainConfig,
    *,
    architecture: RTSAEConfig | None = None,
    resume: Path | None = None,
    world: World | None = None,
    curves: Curves | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    steps_per_second: float = 10.0,
) -> tuple[RTSAE, list[dict[str, float]]]:
    """Train on clips given as (x_SD, time_S); the network and the reports.

    The price is set at the rate of use, `steps_per_second` (0: every step that is given). With
    `resume` (a folder) the state is kept there and an interrupted run goes on from it, on the same
    random numbers. On the CPU: at a batch of 24, hundreds of small steps in a row take an H200 0.41
    s for each update, one core beside it 0.24 s. Raises InvalidParameter for the state of another
    run, TrainingDiverged.
    """
    torch.manual_seed(config.seed)
    rtsae = RTSAE(architecture or config.architecture())
    trainer = Trainer(
        AttentionTask(rtsae, config, clips),
        config.schedule,
        len(clips),
        _identity(config, rtsae.config, clips),
        resume,
        world or World(),
        on_progress,
        curves,
    )
    history = trainer.run()
    rtsae.eval()
    if not rtsae.encoder.J:
        return rtsae, history
    return _priced(rtsae, steps_of_use(clips, steps_per_second), config.open_rate), history


def steps_of_use(clips: list[Any], steps_per_second: float) -> list[Tensor]:
    """Of clips given as (x_SD, time_S) the steps (S', D) that an analysis at this rate takes: the
    first at or after each tick, 0 for all. Clips are cached at twice the rate, unless it is 0."""
    return [
        torch.from_numpy(x_SD[StepClock(steps_per_second).pick(time_S)]) for x_SD, time_S in clips
    ]


def _identity(config: TrainConfig, architecture: RTSAEConfig, clips: list[Any]) -> dict[str, Any]:
    """What a run is, so that no other is taken for it: options, architecture, features."""
    digest = hashlib.sha256()
    for x_SD, time_S in clips:
        digest.update(x_SD.tobytes() + time_S.tobytes())
    return {
        "config": asdict(config),
        "architecture": asdict(architecture),
        "features": digest.hexdigest(),
    }


def _priced(rtsae: RTSAE, clips_SD: list[Tensor], open_rate: float) -> RTSAE:
    """The same network at the price at which its gate opens this often on the clips, given at the
    rate of use. By bisection on a logarithmic scale."""
    low, high = math.log(1e-2), math.log(1e3)
    with torch.inference_mode():
        for _ in range(8):
            middle = (low + high) / 2
            price_1 = torch.tensor([math.exp(middle)])
            rates = [
                float((rtsae.encoder.run(x_SD[None], hard(), price_1).gate_NT > 0.5).float().mean())
                for x_SD in clips_SD
            ]
            low, high = (middle, high) if sum(rates) / len(rates) > open_rate else (low, middle)
    priced = RTSAE(replace(rtsae.config, price=round(math.exp((low + high) / 2), 3)))
    priced.load_state_dict(rtsae.state_dict())
    return priced.eval()


def _autoencoder(
    rtsae: RTSAE, x_NTD: Tensor, trace: Trace, weights: terms.LossWeights
) -> dict[str, Tensor]:
    """Equation 12 in the default reading, its terms of each sequence, (N,); without phi."""
    mask_NT = torch.ones_like(trace.gate_NT)
    k_NTD = rtsae.decode(trace.shown_NTD)
    return {
        "reconstruction": terms.reconstruction(k_NTD, x_NTD, mask_NT),
        "diversity": -weights.mu * terms.diversity_soft(trace.h_NTH, trace.gate_NT, mask_NT),
        "nuclear": weights.tau * terms.nuclear_norm(trace.o_NTH, mask_NT),
        "annihilation": weights.lam * terms.annihilation(trace.o_NTH, mask_NT),
    }


def _exploring(rngs: Generators, T: int, config: TrainConfig) -> Opener:
    """The binary gate, but for a share of the decisions, which are drawn."""
    u_TN2 = np.stack([rng.random((T, 2)) for rng in rngs], 1)
    drawn_TN2 = torch.from_numpy(u_TN2 < (config.explore, config.explore_open))
    # the first step opens by rule; the others keep the draws of when it was not asked
    steps = iter(drawn_TN2.roll(1, 0))

    def opener(a_N: Tensor) -> Tensor:
        drawn_N, open_N = next(steps).unbind(1)
        return torch.where(drawn_N, open_N, a_N > 0.5).to(a_N)

    return opener


def _default(
    rtsae: RTSAE, x_NTD: Tensor, rngs: Generators, config: TrainConfig
) -> tuple[dict[str, Tensor], Trace]:
    """Equation 12 with the price of opening paid through the hindsight advantage."""
    T = x_NTD.shape[1]
    low, high = map(math.log, config.prices)
    price_N = torch.tensor([math.exp(rng.uniform(low, high)) for rng in rngs])
    trace = rtsae.encoder.run(x_NTD, _exploring(rngs, T, config), price_N)
    price_NT = eased(price_N[:, None], contrast(x_NTD), rtsae.config.ease)
    advantage_NTT = advantage_of_opening(x_NTD, price_NT)
    held_NT1 = trace.held_NT.clamp_min(0)[..., None]
    advantage_NT = advantage_NTT.gather(2, held_NT1)[..., 0] / price_NT
    advantage_NT[:, 0] = -1.0  # the first step opens by rule, not by its gate
    target_NT = torch.where(advantage_NT > 0, OPEN_TARGET, CLOSED_TARGET)
    weight_NT = advantage_NT.abs().clamp_max(3) + 0.02
    gate_NT = trace.gate_NT.clamp(1e-5, 1 - 1e-5)
    entropy_NT = torch.nn.functional.binary_cross_entropy(gate_NT, target_NT, reduction="none")
    losses = {"hindsight": (weight_NT * entropy_NT).mean(1)}
    losses |= _autoencoder(rtsae, x_NTD, trace, config.weights)
    autoencoder = sum(losses[name] for name in losses if name != "hindsight") / T
    losses["contrast"] = _contrast(x_NTD, trace)
    losses["loss"] = (
        losses["hindsight"]
        + config.contrast_weight * losses["contrast"]
        + config.autoencoder_weight * autoencoder
    )
    return losses, trace


def _contrast(x_NTD: Tensor, trace: Trace) -> Tensor:
    """How far the root mean square of o_t is from what the step's contrast asks for, (N,).

    Equation 21 reads attention from |o_t|, but equation 12 leaves that norm to lambda, which
    annihilates all of it alike: phi_t is flat. Asked to follow the contrast, o_t is annihilated
    where the clip goes on as before, and phi_t shows where it turns.
    """
    wanted_NT = (contrast(x_NTD).mean(-1) / FULL_CONTRAST).clamp_max(1) * MOST_O
    got_NT = (trace.o_NTH.square().mean(2) + 1e-8).sqrt()
    return (got_NT - wanted_NT.clamp_min(LEAST_O)).square().mean(1)


def _soft(
    rtsae: RTSAE, x_NTD: Tensor, rngs: Generators, config: TrainConfig
) -> tuple[dict[str, Tensor], Trace]:
    """Equation 12 with soft gates; every step is reconstructed from what they let through."""
    trace = rtsae.encoder.run(x_NTD, soft)
    losses = _autoencoder(rtsae, x_NTD, trace, config.weights)
    opening = terms.opening(trace.gate_NT, torch.ones_like(trace.gate_NT))
    losses["opening"] = config.weights.phi * opening
    losses["loss"] = torch.stack(list(losses.values())).sum(0)
    return losses, trace


def _literal(
    rtsae: RTSAE, x_NTD: Tensor, rngs: Generators, config: TrainConfig
) -> tuple[dict[str, Tensor], Trace]:
    """Equation 12 as printed: only selected frames are reconstructed, soft gates in training."""
    losses, trace = _soft(rtsae, x_NTD, rngs, config)
    del losses["loss"]
    open_NT = (trace.gate_NT > 0.5).to(x_NTD)
    k_NTD = rtsae.decode(trace.shown_NTD)
    losses["reconstruction"] = terms.reconstruction(k_NTD, x_NTD, open_NT)
    losses["diversity"] = -config.weights.mu * terms.diversity_selected(trace.h_NTH, open_NT)
    losses["loss"] = torch.stack(list(losses.values())).sum(0)
    return losses, trace


_LOSSES = {"default": _default, "soft": _soft, "literal": _literal}


def standardised(front: Any, clips: list[Any]) -> Iterator[tuple[Any, Any]]:
    """(x_SD, time_S) of cached clips, by the front end's frozen statistics."""
    for clip in clips:
        with torch.inference_mode():
            yield front.standardise(torch.from_numpy(clip.pooled_Sn)).numpy(), clip.time_S
