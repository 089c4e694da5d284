"""Two-Stream ConvNet (Simonyan and Zisserman 2014): appearance and motion, fused at the end.

Shape legend: N clips, M frames of them, C channels, H W pixels, L flow images of a stack,
K classes. Each stream is VGG-16's convolutions, the CAM convolution and average pooling, read by a
linear layer of its own; a clip's score is the mean over its frames, then over the two softmaxes.
"""

from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Tensor, nn

from model.errors import InvalidParameter
from model.networks.stream import Stream, Widths
from model.networks.vgg import BLOCKS, normalise_flow, normalise_rgb


@dataclass(frozen=True)
class TwoStreamConfig:
    """`stack` is L: the flow images (u, v, |flow|) of a frame's step and of those after it."""

    classes: tuple[str, ...]
    widths: Widths = BLOCKS
    cam: int = 1024
    size: int = 224
    stack: int = 1

    def __post_init__(self) -> None:
        if self.stack < 1 or self.size < 32 or len(self.classes) < 2:
            raise InvalidParameter(
                "two streams: wanted 1 flow image, 32 pixels and 2 classes at least, got "
                f"{self.stack}, {self.size}, {len(self.classes)}"
            )

    @classmethod
    def compact(cls, classes: tuple[str, ...]) -> Self:
        """Half the size, a quarter of the width."""
        widths = tuple(tuple(width // 4 for width in block) for block in BLOCKS)
        return cls(classes, widths, cam=256, size=112)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """From JSON, where tuples are lists."""
        widths = tuple(tuple(block) for block in values["widths"])
        return cls(**{**values, "classes": tuple(values["classes"]), "widths": widths})


class TwoStream(nn.Module):
    """Frames and their flow images in, log-probabilities out."""

    def __init__(self, config: TwoStreamConfig) -> None:
        super().__init__()
        self.config, classes = config, len(config.classes)
        self.spatial = Stream(3, config.widths, config.cam)
        self.temporal = Stream(3 * config.stack, config.widths, config.cam)
        self.read_spatial = nn.Linear(config.cam, classes)
        self.read_temporal = nn.Linear(config.cam, classes)

    def streams(self, rgb_MHWC: Tensor, flow_MHWC: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of each stream and frame, (M, K) each, of uint8 frames and stacked flow images
        (M, H, W, 3 L): both streams learn from labels separately."""
        z_s = self.spatial(normalise_rgb(rgb_MHWC))
        z_t = self.temporal(normalise_flow(flow_MHWC))
        return self.read_spatial(z_s), self.read_temporal(z_t)

    def forward(self, rgb_MHWC: Tensor, flow_MHWC: Tensor, clip_M: Tensor) -> Tensor:
        """Log-probabilities (N, K) of clips, whose frames are numbered 0 to N - 1 by `clip_M`."""
        means = [clip_means(logits, clip_M) for logits in self.streams(rgb_MHWC, flow_MHWC)]
        return fused(*means).clamp_min(1e-12).log()

    @torch.no_grad()
    def recognise(self, rgb_MHWC: Tensor, flow_MHWC: Tensor, part: int = 16) -> Tensor:
        """Class probabilities (K,) of one clip's frames, `part` of them at a time."""
        pairs = zip(torch.split(rgb_MHWC, part), torch.split(flow_MHWC, part), strict=True)
        spatial, temporal = zip(*(self.streams(*pair) for pair in pairs), strict=True)
        means = [torch.cat(logits).mean(0) for logits in (spatial, temporal)]
        return fused(*means)

    def multiply_adds(self) -> int:
        """Of one frame, both streams."""
        size = self.config.size
        readers = self.read_spatial.weight.numel() + self.read_temporal.weight.numel()
        return self.spatial.multiply_adds(size) + self.temporal.multiply_adds(size) + readers


def clip_means(value_MK: Tensor, clip_M: Tensor) -> Tensor:
    """Means over the frames of each clip, (N, K); every clip from 0 to N - 1 has a frame."""
    N = int(clip_M.max()) + 1
    sums_NK = value_MK.new_zeros(N, value_MK.shape[1], dtype=torch.float32)
    count_N1 = torch.bincount(clip_M, minlength=N)[:, None]
    return sums_NK.index_add(0, clip_M, value_MK.float()) / count_N1


def fused(spatial_NK: Tensor, temporal_NK: Tensor) -> Tensor:
    """Class probabilities of the mean logits of both streams: the mean of their softmaxes."""
    return (spatial_NK.softmax(-1) + temporal_NK.softmax(-1)) / 2


def stacked(flow_SHWC: Tensor, step_M: Tensor, stack: int) -> Tensor:
    """Flow images of each step and the `stack` - 1 after it, (M, H, W, 3 L); the last repeats."""
    place_ML = (step_M[:, None] + torch.arange(stack)).clamp_max(len(flow_SHWC) - 1)
    return flow_SHWC[place_ML].permute(0, 2, 3, 1, 4).flatten(3)
