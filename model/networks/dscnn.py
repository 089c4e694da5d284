"""RTSAE-DSCNN (section 4, Table 1): two streams that the attention gate stops early, and a head.

Shape legend: N clips, T steps, M frames let through, C channels, H W pixels, D = 128, K classes.
In training every step is computed and weighted by its soft gate (equation 13); at prediction the
gate is binary (equation 14), and only open steps are computed beyond it. The RTSAE's memory always
starts with the first step, but what lies behind the gate sees it only as far as its own gate a_0
lets it through: a clip need not begin with what matters. Clips of a batch are padded; `mask_NT` is
1 for steps that exist.
"""

from dataclasses import dataclass, replace
from typing import Any, Self

import torch
from torch import Tensor, nn

from model.errors import InvalidParameter, InvalidValue
from model.networks.frontend import FrontEnd, Recipe
from model.networks.head import Head
from model.networks.noise import Noise
from model.networks.rtsae import Encoder, Opener, RTSAEConfig, Trace, hard, soft
from model.networks.stream import Stream, Widths, in_parts
from model.networks.threads import one_thread
from model.networks.vgg import BLOCKS


@dataclass(frozen=True)
class DSCNNConfig:
    """What lies behind the gate. `position` is the pooling layer p1 to p3 that carries it, `widths`
    the channels of the blocks behind, `cam`, `fusion` and `hidden` the widths of the CAM
    convolution, of F-Net and of the LSTM, `size` the input's side in pixels."""

    classes: tuple[str, ...]
    position: int
    widths: Widths
    cam: int = 1024
    fusion: int = 1024
    hidden: int = 512
    size: int = 224
    dropout: float = 0.0

    def __post_init__(self) -> None:
        blocks = tuple(len(block) for block in BLOCKS[self.position :])
        got = tuple(len(block) for block in self.widths)
        if not 1 <= self.position <= 3 or got != blocks:
            raise InvalidParameter(
                f"network behind p{self.position}: wanted p1 to p3 and blocks of {blocks} "
                f"convolutions, got {got}",
                "Use DSCNNConfig.paper or DSCNNConfig.compact.",
            )
        least = min(
            self.cam, self.fusion, self.hidden, *(w for block in self.widths for w in block)
        )
        if least < 1:
            raise InvalidParameter(f"network: wanted layers of 1 or more channels, got {least}")
        if len(self.classes) < 2 or self.size < 32:
            raise InvalidParameter(
                f"wanted at least 2 classes and 32 pixels, got {len(self.classes)}, {self.size}"
            )

    @classmethod
    def paper(cls, classes: tuple[str, ...], position: int = 2) -> Self:
        """Table 1: full width."""
        return cls(classes, position, BLOCKS[position:])

    @classmethod
    def compact(cls, classes: tuple[str, ...], position: int = 3, share: float = 0.25) -> Self:
        """Half the size, and a share of Table 1's widths behind the gate."""
        widths = tuple(tuple(int(share * width) for width in block) for block in BLOCKS[position:])
        cam, hidden = int(share * cls.cam), int(share * cls.hidden)
        return cls(classes, position, widths, cam=cam, fusion=cam, hidden=hidden, size=112)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """From JSON, where tuples are lists."""
        widths = tuple(tuple(block) for block in values["widths"])
        return cls(**{**values, "classes": tuple(values["classes"]), "widths": widths})

    def recipe(self, base: Recipe) -> Recipe:
        """`base` at this position and size."""
        return replace(base, position=self.position, size=self.size)


@dataclass(frozen=True)
class Output:
    """Logits (N, K), the gates applied (N, T; 0 for padding), and the
    encoder's trace, whose `gate_NT` are the soft gates: what the loss prices."""

    logits_NK: Tensor
    gate_NT: Tensor
    trace: Trace


@dataclass(frozen=True)
class Cost:
    """Multiply-adds of each part: `front` and `gate` per step, `tails` and `head` per open step,
    `classifier` once per clip."""

    front: int
    gate: int
    tails: int
    head: int
    classifier: int

    def clip(self, steps: int, opened: int) -> int:
        """Of a clip of `steps` steps, `opened` of which pass the gate."""
        beyond = opened * (self.tails + self.head)
        return steps * (self.front + self.gate) + beyond + self.classifier


class RTSAEDSCNN(nn.Module):
    """The whole network. `front` and `encoder` may come from an attention checkpoint."""

    def __init__(self, front: FrontEnd, encoder: Encoder, config: DSCNNConfig) -> None:
        super().__init__()
        got = (front.recipe.position, front.recipe.size)
        if got != (config.position, config.size):
            raise InvalidParameter(
                f"front end: wanted p{config.position} at {config.size} pixels, "
                f"got p{got[0]} at {got[1]}",
                "Build the front end with config.recipe(...).",
            )
        self.config = config
        self.front, self.encoder = front, encoder
        channels = front.streams.blocks.channels
        self.s_tail = Stream(channels, config.widths, config.cam)
        self.t_tail = Stream(channels, config.widths, config.cam)
        classes = len(config.classes)
        self.head = Head(config.cam, config.fusion, config.hidden, classes, config.dropout)

    @classmethod
    def untrained(
        cls, config: DSCNNConfig, recipe: Recipe | None = None, rtsae: RTSAEConfig | None = None
    ) -> Self:
        """Random weights; `recipe` gives all but position and size."""
        front = FrontEnd(config.recipe(recipe or Recipe()))
        return cls(front, Encoder(rtsae or RTSAEConfig()), config)

    def maps(self, rgb_NHWC: Tensor, flow_NHWC: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """x_s, x_t (N, C, H', W') and pooled (N, n) of uint8 frames and flow images.

        `front.standardise(pooled)` is the RTSAE's input x.
        """
        x_s, x_t = self.front.maps(rgb_NHWC, flow_NHWC)
        return x_s, x_t, self.front.pool(x_s, x_t)

    def gates(self, x_NTD: Tensor, opener: Opener = soft, mask_NT: Tensor | None = None) -> Trace:
        """The RTSAE's recursion, with gradient, in full precision. Each clip of a padded batch
        gets what it gets alone; what the trace holds for padding means nothing."""
        x_NTD = x_NTD.float()
        with torch.autocast(x_NTD.device.type, enabled=False):
            if mask_NT is None:
                return self.encoder.run(x_NTD, opener)
            length_N = lengths(mask_NT)
            step_T = torch.arange(x_NTD.shape[1], device=x_NTD.device)
            last_NT = torch.minimum(step_T, length_N[:, None] - 1)
            repeated = x_NTD.gather(1, last_NT[..., None].expand_as(x_NTD))
            return self.encoder.run(repeated, opener, length_N=length_N)

    def features(self, tail: Stream, x_NTCHW: Tensor, gate_NT: Tensor, mask_NT: Tensor) -> Tensor:
        """z (N, T, cam) of maps multiplied by their gate (equation 13); zero for padding."""
        there = mask_NT.bool()
        z_MC: Tensor = tail(x_NTCHW[there] * gate_NT[there][:, None, None, None])
        return z_MC.new_zeros(*there.shape, z_MC.shape[1]).index_put((there,), z_MC)

    def classify(
        self,
        x_s_NTCHW: Tensor,
        x_t_NTCHW: Tensor,
        gate_NT: Tensor,
        mask_NT: Tensor,
        noise: Noise | None = None,
    ) -> Tensor:
        """Logits (N, K) under any gates in [0, 1]; the mask as gates gives the ungated DSCNN."""
        z_s = self.features(self.s_tail, x_s_NTCHW, gate_NT, mask_NT)
        z_t = self.features(self.t_tail, x_t_NTCHW, gate_NT, mask_NT)
        logits: Tensor = self.head(z_s, z_t, gate_NT * mask_NT, noise)
        return logits

    def soft_forward(
        self,
        x_s_NTCHW: Tensor,
        x_t_NTCHW: Tensor,
        x_NTD: Tensor,
        mask_NT: Tensor,
        opener: Opener = soft,
        noise: Noise | None = None,
    ) -> Output:
        """Training (equation 13); `opener` is the paper's soft gate, or one of ablation.py; units
        of the head drop out by `noise`."""
        trace = self.gates(x_NTD, opener, mask_NT)
        gate_NT = trace.share_NT * mask_NT
        logits_NK = self.classify(x_s_NTCHW, x_t_NTCHW, gate_NT, mask_NT, noise)
        return Output(logits_NK, gate_NT, trace)

    @torch.no_grad()
    def open_steps(self, x_TD: Tensor, threshold: float = 0.5) -> Tensor:
        """Equation 14 on one clip: the steps that the gate lets through, (T,) bool; where it lets
        none, that of the largest gate."""
        gate_T = self.gates(x_TD[None], hard(threshold)).gate_NT[0]
        open_T = gate_T > threshold
        if not open_T.any():
            open_T[gate_T.argmax()] = True
        return open_T

    @torch.no_grad()
    def recognise(self, x_s_TCHW: Tensor, x_t_TCHW: Tensor, open_T: Tensor) -> Tensor:
        """Class probabilities (K,) of one clip. Open steps are gathered, closed ones cost nothing.

        Raises InvalidValue when no step is open.
        """
        if not open_T.any():
            raise InvalidValue("wanted at least one open step, got none")
        z_s_MC, z_t_MC = self.beyond(x_s_TCHW[open_T], x_t_TCHW[open_T])
        return self.name(z_s_MC, z_t_MC, open_T[open_T][None])[0]

    @torch.no_grad()
    def beyond(self, x_s_MCHW: Tensor, x_t_MCHW: Tensor) -> tuple[Tensor, Tensor]:
        """What each step gives behind the gate: z_s and z_t, (M, cam)."""
        return in_parts(self.s_tail, x_s_MCHW), in_parts(self.t_tail, x_t_MCHW)

    @torch.no_grad()
    def name(self, z_s_TC: Tensor, z_t_TC: Tensor, open_NT: Tensor) -> Tensor:
        """Class probabilities (N, K) of one clip by each of N choices of its steps."""
        with one_thread():
            probabilities: Tensor = self.head(z_s_TC[None], z_t_TC[None], open_NT).softmax(1)
        return probabilities

    def multiply_adds(self) -> Cost:
        """What each part costs."""
        side = self.config.size >> self.config.position
        recursion = [cell for cell in self.encoder.modules() if isinstance(cell, nn.Linear)]
        return Cost(
            front=self.front.multiply_adds(),
            gate=sum(layer.weight.numel() for layer in recursion),
            tails=self.s_tail.multiply_adds(side) + self.t_tail.multiply_adds(side),
            head=self.head.multiply_adds(),
            classifier=self.head.classifier.weight.numel(),
        )


def lengths(mask_NT: Tensor) -> Tensor:
    """Steps of each clip (N,). Raises InvalidValue unless each mask is ones, then zeros."""
    mask = mask_NT.bool()
    if not mask[:, 0].all() or (mask[:, 1:] & ~mask[:, :-1]).any():
        raise InvalidValue("wanted masks of one or more ones followed by zeros")
    return mask.sum(1)
