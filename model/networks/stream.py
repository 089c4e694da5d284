"""One stream behind the gate: the remaining VGG blocks, the CAM convolution, average pooling.

Shape legend: M frames (any number, of any clips), C channels, H W pixels. Table 1 asks for 1024
features after global average pooling, while p5 has 512 channels: a 3 x 3 convolution to 1024
channels before the pooling makes both true, as in VGG-16 for class activation maps (Zhou 2016).
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

Widths = tuple[tuple[int, ...], ...]  # channels of each convolution, block by block


class Stream(nn.Module):
    """S-Net or T-Net from the gate to z_s or z_t (equation 15 reads these)."""

    def __init__(self, channels: int, widths: Widths, cam: int) -> None:
        """`channels` come out of the gate's position; `widths` are those of the blocks behind."""
        super().__init__()
        self.convolutions = nn.ModuleList()
        for block_widths in widths:
            block = nn.ModuleList()
            for width in block_widths:
                block.append(nn.Conv2d(channels, width, 3, padding=1))
                channels = width
            self.convolutions.append(block)
        self.cam = nn.Conv2d(channels, cam, 3, padding=1)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):  # He 2015: keeps the scale through ReLU
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                nn.init.zeros_(layer.bias)  # type: ignore[arg-type]

    def blocks(self) -> list[list[nn.Conv2d]]:
        """The convolutions behind the gate, block by block, without the CAM convolution."""
        return [list(block) for block in self.convolutions]  # type: ignore[call-overload]

    def maps(self, maps_MCHW: Tensor) -> Tensor:
        """The CAM convolution's maps before pooling, (M, cam, H', W')."""
        maps = maps_MCHW
        for block in self.blocks():
            for convolution in block:
                maps = F.relu(convolution(maps), inplace=True)
            maps = F.max_pool2d(maps, 2)
        return F.relu(self.cam(maps), inplace=True)

    def forward(self, maps_MCHW: Tensor) -> Tensor:
        """z of each frame, (M, cam)."""
        z_MC: Tensor = self.maps(maps_MCHW).mean((2, 3))
        return z_MC

    def multiply_adds(self, side: int) -> int:
        """Of one frame, from maps of `side` x `side` pixels."""
        total = 0
        for block in self.blocks():
            total += sum(side * side * layer.weight.numel() for layer in block)
            side //= 2
        return total + side * side * self.cam.weight.numel()


def in_parts(stream: Stream, maps_MCHW: Tensor, frames: int = 64) -> Tensor:
    """z of any number of frames, (M, cam), `frames` at a time: bounded memory, for prediction."""
    return torch.cat([stream(part) for part in torch.split(maps_MCHW, frames)])
