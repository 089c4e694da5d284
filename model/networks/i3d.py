"""Inception I3D on RGB (Carreira and Zisserman 2017): 3D convolutions inflated from Inception-v1.

Shape legend: N clips, C channels, T frames, H W pixels, K classes. Layers and names follow the
authors' kinetics-i3d; unusual here is the padding: TensorFlow's SAME, which for an even input and
stride 2 pads one more at the end than at the start.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

# Of each Inception module: 1x1; 1x1 then 3x3; 1x1 then 3x3; 1x1 after the pooling.
MODULES: dict[str, tuple[int, int, int, int, int, int]] = {
    "Mixed_3b": (64, 96, 128, 16, 32, 32),
    "Mixed_3c": (128, 128, 192, 32, 96, 64),
    "Mixed_4b": (192, 96, 208, 16, 48, 64),
    "Mixed_4c": (160, 112, 224, 24, 64, 64),
    "Mixed_4d": (128, 128, 256, 24, 64, 64),
    "Mixed_4e": (112, 144, 288, 32, 64, 64),
    "Mixed_4f": (256, 160, 320, 32, 128, 128),
    "Mixed_5b": (256, 160, 320, 32, 128, 128),
    "Mixed_5c": (384, 192, 384, 48, 128, 128),
}
BN_EPS = 1e-3
Triple = tuple[int, int, int]


@dataclass(frozen=True)
class I3DConfig:
    """`frames` of a window and `size` in pixels; 64 at 25 a second and 224 in training."""

    classes: tuple[str, ...]
    size: int = 224
    frames: int = 64


class Unit(nn.Module):
    """Convolution without bias, batch normalisation without scale, ReLU."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 1, stride: int = 1) -> None:
        super().__init__()
        self.kernel, self.stride = (kernel,) * 3, (stride,) * 3
        self.conv = nn.Conv3d(inputs, outputs, kernel, stride, bias=False)
        nn.init.kaiming_normal_(self.conv.weight, nonlinearity="relu")
        self.norm = nn.BatchNorm3d(outputs, eps=BN_EPS)
        self.norm.weight.requires_grad_(False)  # stays 1

    def forward(self, x: Tensor) -> Tensor:
        """SAME padding."""
        padded = F.pad(x, same(x, self.kernel, self.stride))
        return F.relu(self.norm(self.conv(padded)), inplace=True)


class Inception(nn.Module):
    """Four branches side by side, their channels joined."""

    def __init__(self, inputs: int, widths: tuple[int, int, int, int, int, int]) -> None:
        super().__init__()
        b0, b1a, b1b, b2a, b2b, b3 = widths
        self.branch_0 = Unit(inputs, b0)
        self.branch_1 = nn.Sequential(Unit(inputs, b1a), Unit(b1a, b1b, 3))
        self.branch_2 = nn.Sequential(Unit(inputs, b2a), Unit(b2a, b2b, 3))
        self.branch_3 = Unit(inputs, b3)
        self.outputs = b0 + b1b + b2b + b3

    def forward(self, x: Tensor) -> Tensor:
        """(N, outputs, T, H, W)."""
        pooled = max_pool(x, (3, 3, 3), (1, 1, 1))
        branches = [self.branch_0(x), self.branch_1(x), self.branch_2(x), self.branch_3(pooled)]
        return torch.cat(branches, 1)


class InceptionI3D(nn.Module):
    """Clips in, class logits out."""

    def __init__(self, config: I3DConfig) -> None:
        super().__init__()
        self.config = config
        self.conv_1a = Unit(3, 64, 7, 2)
        self.conv_2b = Unit(64, 64)
        self.conv_2c = Unit(64, 192, 3)
        self.mixed, channels = nn.ModuleDict(), 192
        for name, widths in MODULES.items():
            module = Inception(channels, widths)
            self.mixed[name], channels = module, module.outputs
        self.logits = nn.Conv3d(channels, len(config.classes), 1)

    def forward(self, clip_NCTHW: Tensor) -> Tensor:
        """Logits (N, K) of RGB in [-1, 1]; 224 pixels as trained, any number of frames."""
        x = max_pool(self.conv_1a(clip_NCTHW), (1, 3, 3), (1, 2, 2))
        x = max_pool(self.conv_2c(self.conv_2b(x)), (1, 3, 3), (1, 2, 2))
        for name, module in self.mixed.items():
            if name == "Mixed_4b":
                x = max_pool(x, (3, 3, 3), (2, 2, 2))
            if name == "Mixed_5b":
                x = max_pool(x, (2, 2, 2), (2, 2, 2))
            x = module(x)
        x = x.mean((3, 4), keepdim=True)  # 7 x 7 at 224 pixels
        if x.shape[2] > 1:
            x = F.avg_pool3d(x, (2, 1, 1), (1, 1, 1))
        logits: Tensor = self.logits(x)
        return logits[..., 0, 0].mean(2)

    def multiply_adds(self) -> int:
        """Of one window of the configuration's frames and size."""
        config = self.config
        with torch.device("meta"), torch.no_grad():
            twin = InceptionI3D(config).eval()
            clip = torch.empty(1, 3, config.frames, config.size, config.size)
            with FlopCounterMode(display=False) as counter:
                twin(clip)
        return int(counter.get_total_flops()) // 2  # a multiply and an add


def normalise(rgb_NTHWC: Tensor) -> Tensor:
    """uint8 RGB to (N, 3, T, H, W) in [-1, 1]."""
    return (rgb_NTHWC.float() / 127.5 - 1).permute(0, 4, 1, 2, 3).contiguous()


def max_pool(x: Tensor, kernel: Triple, stride: Triple) -> Tensor:
    """SAME padding by zeros, which never win: the input is never below 0 (it follows a ReLU)."""
    return F.max_pool3d(F.pad(x, same(x, kernel, stride)), kernel, stride)


def same(x: Tensor, kernel: tuple[int, ...], stride: tuple[int, ...]) -> list[int]:
    """TensorFlow's SAME padding of the last three axes, as `F.pad` wants it: last axis first."""
    padding: list[int] = []
    for size, k, s in zip(x.shape[:1:-1], kernel[::-1], stride[::-1], strict=True):
        total = max((-(-size // s) - 1) * s + k - size, 0)
        padding += [total // 2, total - total // 2]
    return padding
