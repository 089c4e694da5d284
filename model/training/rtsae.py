"""Stage 2 (section 4.3): the RTSAE trained without labels on any folder of videos.

Shape legend: N sequences, T steps, D = 128. The default reading adds to equation 12 the advantage
of opening (hindsight.py), which teaches the gate. `soft` is equation 12 with soft gates and every
step reconstructed; `literal` is equation 12 as printed, with soft gates and Adadelta.
"""

import hashlib
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from model.errors import InvalidParameter
from model.networks import loss as terms
from model.networks.novelty import FULL_CONTRAST, contrast, eased
from model.networks.rtsae import RTSAE, RTSAEConfig, Trace, hard, soft
from model.training.hindsight import advantage_of_opening
from model.training.monitor import Monitor
from model.training.resume import load_state, save_state
from model.training.sequences import Mixing, Sampler

READINGS = ("default", "soft", "literal")
OPEN_TARGET, CLOSED_TARGET = 0.8, 0.02  # soft gates that the teacher asks for
LEAST_O, MOST_O = 0.02, 0.6  # root mean square of o by the step's contrast


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
        for name, low in (("iterations", 1), ("batch", 1), ("steps", 8)):
            if getattr(self, name) < low:
                got = getattr(self, name)
                raise InvalidParameter(f"{name}: wanted at least {low}, got {got}", "", f"/{name}")
        if self.reading not in READINGS:
            wanted = ", ".join(READINGS)
            raise InvalidParameter(f"reading: wanted one of {wanted}, got {self.reading!r}")

    @classmethod
    def literal(cls, **changes: Any) -> "TrainConfig":
        """The paper's loss weights, batch, soft gates and optimiser."""
        return cls(reading="literal", **{"weights": terms.LossWeights(), "batch": 32, **changes})

    def architecture(self, layers: int = 2) -> RTSAEConfig:
        """The network of the reading, with as many aLSTMs on each side."""
        literal = RTSAEConfig.literal(layers)
        return RTSAEConfig(layers=layers) if self.reading == "default" else literal


@dataclass(frozen=True)
class TrainProgress:
    """One report: the iteration just done, its monitors, and the seconds that remain."""

    iteration: int
    total: int
    monitors: dict[str, float]
    eta_s: float
    alarms: tuple[str, ...]


def train(
    clips: list[Any],
    config: TrainConfig,
    *,
    architecture: RTSAEConfig | None = None,
    resume: Path | None = None,
    on_progress: Callable[[TrainProgress], None] | None = None,
    device: str = "cpu",
) -> tuple[RTSAE, list[dict[str, float]]]:
    """Train on clips given as (x_SD, time_S); the network and the monitors over time.

    With `resume` (a folder) the state is kept there and an interrupted run goes on from it, on the
    same random numbers.
    """
    torch.set_flush_denormal(True)
    torch.manual_seed(config.seed)
    rtsae = RTSAE(architecture or config.architecture()).to(device)
    optimiser = _optimiser(rtsae, config)
    sampler = Sampler(clips, config.mixing, config.seed)
    history: list[dict[str, float]] = []
    identity = _identity(config, rtsae.config, clips)
    start = 0
    if resume:
        start, random = load_state(resume, rtsae, optimiser, history, identity)
        sampler.rng.bit_generator.state = random or sampler.rng.bit_generator.state
    monitor, began = Monitor(rtsae), time.monotonic()
    for iteration in range(start, config.iterations):
        for group in optimiser.param_groups:
            group["lr"] = _learning_rate(config, iteration)
        values = _step(rtsae, optimiser, sampler, config, device)
        done = iteration + 1
        if done % config.monitor_every == 0 or done == config.iterations:
            row = {"iteration": done, **values, **monitor.measure(values.pop("trace"))}
            history.append({k: float(v) for k, v in row.items() if k != "trace"})
            if resume:
                random = dict(sampler.rng.bit_generator.state)
                save_state(resume, rtsae, optimiser, history, identity, done, random)
            if on_progress:
                eta = (time.monotonic() - began) / (done - start) * (config.iterations - done)
                alarms = monitor.alarms(history[-1])
                on_progress(TrainProgress(done, config.iterations, history[-1], eta, alarms))
    rtsae = rtsae.cpu().eval()
    return (_priced(rtsae, clips, config.open_rate) if rtsae.encoder.J else rtsae), history


def _identity(config: TrainConfig, architecture: RTSAEConfig, clips: list[Any]) -> dict[str, Any]:
    """What a run is, so that no other is taken for it: options, architecture, features."""
    digest = hashlib.sha256()
    for x_SD, time_S in clips:
        digest.update(x_SD.tobytes() + time_S.tobytes())
    return {
        "config": asdict(config),
        "architecture": asdict(architecture),
        "clips": digest.hexdigest(),
    }


def _priced(rtsae: RTSAE, clips: list[Any], open_rate: float) -> RTSAE:
    """The same network at the price at which its gate opens this often on the training clips.

    By bisection on a logarithmic scale; clips are read at half their rate, that of use.
    """
    clips_1SD = [torch.from_numpy(x_SD[::2])[None] for x_SD, _ in clips]
    low, high = math.log(1e-2), math.log(1e3)
    with torch.inference_mode():
        for _ in range(8):
            middle = (low + high) / 2
            price_1 = torch.tensor([math.exp(middle)])
            rates = [
                float((rtsae.encoder.run(x, hard(), price_1).gate_NT > 0.5).float().mean())
                for x in clips_1SD
            ]
            low, high = (middle, high) if sum(rates) / len(rates) > open_rate else (low, middle)
    priced = RTSAE(replace(rtsae.config, price=round(math.exp((low + high) / 2), 3)))
    priced.load_state_dict(rtsae.state_dict())
    return priced.eval()


def _optimiser(rtsae: RTSAE, config: TrainConfig) -> torch.optim.Optimizer:
    if config.reading == "literal":
        return torch.optim.Adadelta(rtsae.parameters(), lr=1.0, rho=0.95, eps=1e-6)
    return torch.optim.Adam(rtsae.parameters(), lr=config.learning_rate)


def _learning_rate(config: TrainConfig, iteration: int) -> float:
    """Constant, then falling linearly to nearly nothing; Adadelta sets its own."""
    if config.reading == "literal":
        return 1.0
    left = (config.iterations - iteration) / config.iterations
    return config.learning_rate * min(1.0, left / (1 - config.decay_from) + 0.01)


def _step(
    rtsae: RTSAE,
    optimiser: torch.optim.Optimizer,
    sampler: Sampler,
    config: TrainConfig,
    device: str,
) -> dict[str, Any]:
    """One update; the loss terms and what the monitors need."""
    x_NTD = torch.from_numpy(sampler.batch(config.batch, config.steps)).to(device)
    losses, trace = _LOSSES[config.reading](rtsae, x_NTD, sampler, config)
    optimiser.zero_grad()
    total: Tensor = losses["loss"]
    total.backward()  # type: ignore[no-untyped-call]
    norm = torch.nn.utils.clip_grad_norm_(rtsae.parameters(), 1.0)
    optimiser.step()
    values = {name: float(value.detach()) for name, value in losses.items()}
    return {**values, "gradient_norm": float(norm), "trace": (x_NTD, trace)}


def _autoencoder(
    rtsae: RTSAE, x_NTD: Tensor, trace: Trace, weights: terms.LossWeights
) -> dict[str, Tensor]:
    """Equation 12 in the default reading, its terms averaged over sequences; without phi."""
    mask_NT = torch.ones_like(trace.gate_NT)
    k_NTD = rtsae.decode(trace.shown_NTD)
    return {
        "reconstruction": terms.reconstruction(k_NTD, x_NTD, mask_NT).mean(),
        "diversity": -weights.mu * terms.diversity_soft(trace.h_NTH, trace.gate_NT, mask_NT).mean(),
        "nuclear": weights.tau * terms.nuclear_norm(trace.o_NTH, mask_NT).mean(),
        "annihilation": weights.lam * terms.annihilation(trace.o_NTH, mask_NT).mean(),
    }


def _default(
    rtsae: RTSAE, x_NTD: Tensor, sampler: Sampler, config: TrainConfig
) -> tuple[dict[str, Tensor], Trace]:
    """Equation 12 with the price of opening paid through the hindsight advantage."""
    N, T, _ = x_NTD.shape
    low, high = torch.tensor(config.prices).log().tolist()
    draw = torch.from_numpy(sampler.rng.uniform(low, high, N)).to(x_NTD)
    price_N = draw.exp()

    def explore(a_N: Tensor) -> Tensor:
        u_N, v_N = torch.from_numpy(sampler.rng.random((2, len(a_N)))).to(x_NTD)
        return torch.where(u_N < config.explore, v_N < config.explore_open, a_N > 0.5).to(x_NTD)

    trace = rtsae.encoder.run(x_NTD, explore, price_N)
    price_NT = eased(price_N[:, None], contrast(x_NTD), rtsae.config.ease)
    advantage_NTT = advantage_of_opening(x_NTD, price_NT)
    held_NT1 = trace.held_NT.clamp_min(0)[..., None]
    advantage_NT = advantage_NTT.gather(2, held_NT1)[..., 0] / price_NT
    advantage_NT[:, 0] = -1.0  # the first step opens by rule, not by its gate
    target_NT = torch.where(advantage_NT > 0, OPEN_TARGET, CLOSED_TARGET)
    weight_NT = advantage_NT.abs().clamp_max(3) + 0.02
    gate_NT = trace.gate_NT.clamp(1e-5, 1 - 1e-5)
    entropy_NT = torch.nn.functional.binary_cross_entropy(gate_NT, target_NT, reduction="none")
    losses = {"hindsight": (weight_NT * entropy_NT).mean()}
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
    """How far the root mean square of o_t is from what the step's contrast asks for.

    Equation 21 reads attention from |o_t|, but equation 12 leaves that norm to lambda, which
    annihilates all of it alike: phi_t is flat. Asked to follow the contrast, o_t is annihilated
    where the clip goes on as before, and phi_t shows where it turns.
    """
    wanted_NT = (contrast(x_NTD).mean(-1) / FULL_CONTRAST).clamp_max(1) * MOST_O
    got_NT = (trace.o_NTH.square().mean(2) + 1e-8).sqrt()
    return (got_NT - wanted_NT.clamp_min(LEAST_O)).square().mean()


def _soft(
    rtsae: RTSAE, x_NTD: Tensor, sampler: Sampler, config: TrainConfig
) -> tuple[dict[str, Tensor], Trace]:
    """Equation 12 with soft gates; every step is reconstructed from what they let through."""
    trace = rtsae.encoder.run(x_NTD, soft)
    losses = _autoencoder(rtsae, x_NTD, trace, config.weights)
    opening = terms.opening(trace.gate_NT, torch.ones_like(trace.gate_NT))
    losses["opening"] = config.weights.phi * opening.mean()
    losses["loss"] = torch.stack(list(losses.values())).sum()
    return losses, trace


def _literal(
    rtsae: RTSAE, x_NTD: Tensor, sampler: Sampler, config: TrainConfig
) -> tuple[dict[str, Tensor], Trace]:
    """Equation 12 as printed: only selected frames are reconstructed, soft gates in training."""
    losses, trace = _soft(rtsae, x_NTD, sampler, config)
    del losses["loss"]
    open_NT = (trace.gate_NT > 0.5).to(x_NTD)
    k_NTD = rtsae.decode(trace.shown_NTD)
    losses["reconstruction"] = terms.reconstruction(k_NTD, x_NTD, open_NT).mean()
    pairs_N = terms.diversity_selected(trace.h_NTH, open_NT)
    losses["diversity"] = -config.weights.mu * pairs_N.mean()
    losses["loss"] = torch.stack(list(losses.values())).sum()
    return losses, trace


_LOSSES = {"default": _default, "soft": _soft, "literal": _literal}


def standardised(front: Any, clips: list[Any]) -> Iterator[tuple[Any, Any]]:
    """(x_SD, time_S) of cached clips, by the front end's frozen statistics."""
    for clip in clips:
        with torch.inference_mode():
            yield front.standardise(torch.from_numpy(clip.pooled_Sn)).numpy(), clip.time_S
