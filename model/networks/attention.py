"""The attention model at work on one clip: frames in, phi_t and gates out, without training parts.

Shape legend: N frames of a batch, S steps, D = 128.
"""

from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray

from model.errors import InvalidParameter
from model.features.steps import StepClock
from model.features.types import FrameBatch
from model.networks import checkpoint
from model.networks.device import Precision
from model.networks.frontend import FrontEnd, Recipe, shrink
from model.networks.novelty import PAST, ahead_of
from model.networks.rtsae import (
    RTSAE,
    Carry,
    Encoder,
    Opener,
    RTSAEConfig,
    attention_scores,
    hard,
)
from model.networks.threads import one_thread
from model.networks.vgg import multiply_adds
from model.types import Flags, Floats, FrameScores, Indices
from model.video.flow import quantise_flow
from model.video.probe import sha256_of

BLOCK = 512  # steps of the recursion whose look-ahead is held at a time
CHUNK = 4  # steps whose maps are held at a time: 32 would take 0.4 GB more, and no less time
CAM_CHANNELS = 1024  # Table 1 asks for 1024 features after p5: a 3 x 3 convolution before pooling


class AttentionModel:
    """A loaded checkpoint; `begin` starts a run over one clip. `precision` is that of the layers
    before the gate, the gate's own is full."""

    def __init__(
        self,
        front: FrontEnd,
        rtsae: RTSAE,
        *,
        name: str = "untrained",
        sha256: str = "",
        card: dict[str, Any] | None = None,
        device: str = "cpu",
        precision: Precision = "float32",
    ) -> None:
        self.front, self.rtsae, self.precision = front, rtsae, precision
        self.name, self.sha256, self.card, self.device = name, sha256, card or {}, device

    @classmethod
    def load(
        cls, path: Path | None = None, device: str = "cpu", precision: Precision = "float32"
    ) -> Self:
        """The checkpoint at `path` (None: the one that ships) on `device`, `auto` for CUDA
        where there is a GPU. Raises InvalidCheckpoint."""
        path = path or checkpoint.SHIPPED
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        front, rtsae, card = checkpoint.load(path, device)
        sha256 = sha256_of(path)
        about: dict[str, Any] = {"sha256": sha256, "card": card, "device": device}
        return cls(front, rtsae, name=path.stem, precision=precision, **about)

    @classmethod
    def untrained(cls, seed: int = 0, recipe: Recipe | None = None) -> Self:
        """Random weights, for tests that need a model but not its meaning."""
        torch.manual_seed(seed)
        return cls(FrontEnd(recipe or Recipe()).eval(), RTSAE(RTSAEConfig()).eval())

    @property
    def recipe(self) -> Recipe:
        """How the checkpoint's features are made."""
        return self.front.recipe

    @property
    def flow(self) -> str:
        """The optical flow that the features were trained on."""
        return self.recipe.flow

    @property
    def steps_per_second(self) -> float:
        """The checkpoint's own rate; 0 for every frame."""
        return self.recipe.steps_per_second

    @property
    def position(self) -> str:
        """The pooling layer after which the gate sits: p1, p2 or p3."""
        return f"p{self.recipe.position}"

    def begin(self, steps_per_second: float | None = None) -> "AttentionRun":
        """A run over one clip at the checkpoint's rate, or another."""
        rate = self.steps_per_second if steps_per_second is None else steps_per_second
        if not 0 <= rate <= 1000:
            raise InvalidParameter(
                f"steps per second: wanted 0 (every frame) to 1000, got {rate}",
                "",
                "/steps_per_second",
            )
        return AttentionRun(self, rate)

    @torch.inference_mode()
    def features(
        self, frames_NHWC: NDArray[np.uint8], flows_NHW2: NDArray[np.float32]
    ) -> torch.Tensor:
        """x (N, D), on the CPU, of steps as they were decoded and their flow in pixels."""
        size, parts = self.recipe.size, []
        for start in range(0, len(frames_NHWC), CHUNK):
            part = slice(start, start + CHUNK)
            rgb = torch.from_numpy(shrink(frames_NHWC[part], size)).to(self.device)
            flow = torch.from_numpy(shrink(quantise_flow(flows_NHW2[part]), size)).to(self.device)
            pooled = self.front.pool(*self.front.maps_in(self.precision, rgb, flow))
            parts.append(self.front.standardise(pooled).cpu())
        return torch.cat(parts)

    def compute(self, S: int, M: int) -> dict[str, Any]:
        """Multiply-adds of the dual-stream network for S steps of which M pass the gate.

        `full` is the ungated network of Table 1, `spent` stops closed steps at the gate. What lies
        behind the gate is counted from the architecture: an attention checkpoint does not hold it.
        """
        size, position = self.recipe.size, self.recipe.position
        before = self.front.multiply_adds()
        cam = (size // 32) ** 2 * 9 * 512 * CAM_CHANNELS
        after = 2 * (multiply_adds(size, position + 1, 5) + cam)
        full, spent = S * (before + after), S * before + M * after
        return {
            "steps": S,
            "open": M,
            "full": full,
            "spent": spent,
            "saved_share": 1 - spent / full,
            "before_gate_per_step": before,
            "after_gate_per_step": after,
            "position": self.position,
        }


class AttentionRun:
    """One clip: takes frames in order, computes x_t of each step, then the gates."""

    needs_flow = True

    def __init__(self, model: AttentionModel, rate: float) -> None:
        self.model, self._clock = model, StepClock(rate)
        self._index: list[int] = []
        self._time: list[float] = []
        self._x: list[torch.Tensor] = []
        self._carry: Carry | None = None
        self._known: list[tuple[torch.Tensor, torch.Tensor]] = []

    @torch.inference_mode()
    def update(self, batch: FrameBatch) -> None:
        """Compute the features of the batch's steps, and the gates whose look-ahead is whole."""
        chosen = self._clock.pick(batch.times_N)
        if not len(chosen):
            return
        assert batch.flows_NHW2 is not None
        self._index += (batch.start + chosen).tolist()
        self._time += batch.times_N[chosen].tolist()
        self._x.append(self.model.features(batch.frames_NHWC[chosen], batch.flows_NHW2[chosen]))
        self._advance()

    @property
    def indices(self) -> list[int]:
        """Decoded-frame indices of the steps so far."""
        return self._index

    def _advance(self) -> None:
        """Run the recursion over steps whose look-ahead has arrived."""
        encoder, done = self.model.rtsae.encoder, sum(len(a) for _, a in self._known)
        x_1SD = torch.cat(self._x)[None]
        if x_1SD.shape[1] - done <= ahead_of(encoder.config.lookahead):
            return
        self._carry = self._carry or encoder.start(1)
        past_1PD = x_1SD[:, max(0, done - PAST) : done]
        with one_thread():
            trace = encoder.run(
                x_1SD[:, done:], hard(), None, self._carry, last=False, first=done,
                past_NPD=past_1PD,
            )  # fmt: skip
        self._known.append((trace.o_NTH[0], trace.gate_NT[0]))

    def partial(self) -> FrameScores | None:
        """Scores of the steps known so far; phi sums to 1 over these."""
        if not self._known:
            return None
        o, gate = (torch.cat(column) for column in zip(*self._known, strict=True))
        S = len(gate)
        index, time = np.array(self._index[:S]), np.array(self._time[:S])
        return _scores(index, time, o, gate, 0.5)

    def finish(self) -> "ClipGate":
        """The gate of the whole clip."""
        return ClipGate(self.model, np.array(self._index), np.array(self._time), torch.cat(self._x))


class ClipGate:
    """`model.features.types.Gate`: the recursion over a clip's features at any threshold."""

    def __init__(
        self, model: AttentionModel, index_S: Indices, time_S: Floats, x_SD: torch.Tensor
    ) -> None:
        self._model, self.index_S, self.time_S, self.x_SD = model, index_S, time_S, x_SD
        self.priced = model.rtsae.encoder.J > 0
        self._runs: dict[tuple[float, float], FrameScores] = {}

    def scores(self, threshold: float = 0.5, price: float = 1.0) -> FrameScores:
        """The binary gate at `threshold`; the first step always opens (the memory is empty).

        `price` multiplies the checkpoint's own price of opening.
        """
        key = (threshold, price)
        if key not in self._runs:
            encoder = self._model.rtsae.encoder
            price_1 = torch.tensor([price * encoder.config.price])
            with one_thread():
                o_SH, gate_S = _recursion(encoder, self.x_SD, hard(threshold), price_1)
            self._runs[key] = _scores(self.index_S, self.time_S, o_SH, gate_S, threshold)
        return self._runs[key]


@torch.inference_mode()
def _recursion(
    encoder: Encoder, x_SD: torch.Tensor, opener: Opener, price_1: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """o (S, H) and gates (S,) of a whole clip, in blocks, so that long clips need little memory."""
    S, wait, carry = len(x_SD), ahead_of(encoder.config.lookahead), encoder.start(1)
    rows, done = [], 0
    while done < S:
        end = min(S, done + BLOCK + wait)
        past_1PD = x_SD[None, max(0, done - PAST) : done]
        trace = encoder.run(x_SD[None, done:end], opener, price_1, carry, end == S, done, past_1PD)
        rows.append((trace.o_NTH[0], trace.gate_NT[0]))
        done += len(rows[-1][1])
    o_SH, gate_S = (torch.cat(column) for column in zip(*rows, strict=True))
    return o_SH, gate_S


def _scores(
    index_S: Indices, time_S: Floats, o_SH: torch.Tensor, gate_S: torch.Tensor, threshold: float
) -> FrameScores:
    phi_S = attention_scores(o_SH[None].double())[0].numpy()
    gate: Floats = gate_S.double().numpy()
    opened: Flags = gate > threshold
    opened[0] = True
    return FrameScores(index_S, time_S, phi_S, gate, opened, threshold)
