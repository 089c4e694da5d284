"""Vanilla ARCH, reconstructed: 3D convolutions over cubes of six frames, an LSTM over the cubes.

Shape legend: N clips, M cubes, D = 6 frames, C channels, H W pixels, K classes. The layers of the
original were not available to us. These are five 3 x 3 x 3 convolutions, each with ReLU and a
spatial pooling of 2; two of the poolings also merge frames, 6 to 3 to 1, the last as late as
possible, so that every convolution sees neighbours in time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from model.errors import InvalidParameter
from model.networks.cubes import DEPTH
from model.networks.head import GatedLSTM
from model.networks.vgg import normalise_rgb

TEMPORAL_POOLS = (1, 2, 1, 1, 3)
PICTURE = 3  # channels


@dataclass(frozen=True)
class ARCHConfig:
    """`size` is the input's side in pixels."""

    classes: tuple[str, ...]
    channels: tuple[int, ...] = (64, 128, 256, 256, 256)
    hidden: int = 256
    size: int = 112

    def __post_init__(self) -> None:
        if len(self.channels) != len(TEMPORAL_POOLS) or self.size < 32 or len(self.classes) < 2:
            raise InvalidParameter(
                f"wanted {len(TEMPORAL_POOLS)} channels, 32 pixels and 2 classes at least, got "
                f"{len(self.channels)}, {self.size}, {len(self.classes)}"
            )

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """From JSON, where tuples are lists."""
        tuples = {name: tuple(values[name]) for name in ("classes", "channels")}
        return cls(**{**values, **tuples})


class Convolution(nn.Conv3d):
    """3 x 3 x 3; on a CPU in full precision where oneDNN of torch 2.13 fails in the gradient of the
    weights in bfloat16: of a picture's three channels it ends the process where there is AMX, of
    maps of two frames it is wrong, or not finite."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, 3, padding=1)

    def forward(self, input: Tensor) -> Tensor:
        """See Conv3d."""
        if input.device.type != "cpu" or (self.in_channels > PICTURE and input.shape[2] != 2):
            return super().forward(input)
        with torch.autocast("cpu", enabled=False):
            return super().forward(input.to(self.weight.dtype))


def convolutions(channels: Sequence[int]) -> Iterator[Convolution]:
    """From a picture on, with as many channels."""
    for inputs, outputs in pairwise((PICTURE, *channels)):
        yield Convolution(inputs, outputs)


class ARCH(nn.Module):
    """Cubes in, class logits out."""

    def __init__(self, config: ARCHConfig) -> None:
        super().__init__()
        self.config = config
        self.convolutions = nn.ModuleList(convolutions(config.channels))
        for layer in self.convolutions:
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")  # type: ignore[arg-type]
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
        self.lstm = GatedLSTM(config.channels[-1], config.hidden)
        self.classifier = nn.Linear(config.hidden, len(config.classes))
        # twice as fast on a CPU
        self.to(memory_format=torch.channels_last_3d)  # type: ignore[call-overload]

    def features(self, cubes_MCDHW: Tensor) -> Tensor:
        """One vector a cube, (M, channels)."""
        maps = cubes_MCDHW
        for layer, pool in zip(self.convolutions, TEMPORAL_POOLS, strict=True):
            # the same as pooling after ReLU, on an eighth of the numbers
            maps = F.relu(F.max_pool3d(layer(maps), (pool, 2, 2)))
        pooled: Tensor = maps.mean((2, 3, 4))
        return pooled

    def forward(self, cubes_NMCDHW: Tensor, mask_NM: Tensor) -> Tensor:
        """Logits (N, K) of normalised cubes; `mask_NM` is 1 for cubes that exist."""
        there = mask_NM.bool()
        z = self.features(cubes_NMCDHW[there])
        z_NMC = z.new_zeros(*there.shape, z.shape[1]).index_put((there,), z)
        logits: Tensor = self.classifier(self.lstm(z_NMC, mask_NM.to(z_NMC)))
        return logits

    @torch.no_grad()
    def recognise(self, cubes_MDHWC: Tensor) -> Tensor:
        """Class probabilities (K,) of one clip's uint8 cubes."""
        mask_1M = torch.ones(1, len(cubes_MDHWC), device=cubes_MDHWC.device)
        probabilities: Tensor = self(normalise_cubes(cubes_MDHWC)[None], mask_1M)[0].softmax(0)
        return probabilities

    def multiply_adds(self) -> int:
        """Of one cube, its LSTM step included."""
        total, depth, side = self.lstm.multiply_adds(), DEPTH, self.config.size
        for layer, pool in zip(self.convolutions, TEMPORAL_POOLS, strict=True):
            total += depth * side * side * layer.weight.numel()  # type: ignore[operator]
            depth, side = depth // pool, side // 2
        return total


def normalise_cubes(cubes_MDHWC: Tensor) -> Tensor:
    """uint8 RGB cubes to (M, 3, D, H, W) float with ImageNet's mean and deviation."""
    M, D = cubes_MDHWC.shape[:2]
    frames_NCHW = normalise_rgb(cubes_MDHWC.flatten(0, 1))
    return frames_NCHW.reshape(M, D, *frames_NCHW.shape[1:]).transpose(1, 2)
