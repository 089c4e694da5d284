"""VGG-16 convolution blocks: the front of S-Net and T-Net (Table 1 of the paper).

Shape legend: N frames, C channels, H W pixels. Unusual here: only the blocks up to the gate's
position are built, and a frozen T-Net shares every layer but its own first one with the S-Net.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

# Channels of the convolutions of each block; a 2 x 2 max pooling (p1 to p5) closes every block.
BLOCKS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))

RGB_MEAN = (0.485, 0.456, 0.406)
RGB_STD = (0.229, 0.224, 0.225)
# A quantised flow image is centred at 128; its scale is the mean of the RGB deviations (TSN).
FLOW_MEAN, FLOW_STD = 128 / 255, 0.226


class VggBlocks(nn.Module):
    """The first `blocks` blocks of VGG-16 (Simonyan and Zisserman 2015) with ReLU and pooling."""

    def __init__(self, blocks: int) -> None:
        super().__init__()
        self.convolutions = nn.ModuleList()
        channels = 3
        for widths in BLOCKS[:blocks]:
            block = nn.ModuleList()
            for width in widths:
                block.append(nn.Conv2d(channels, width, 3, padding=1))
                channels = width
            self.convolutions.append(block)
        self.channels = channels

    def forward(self, image_NCHW: Tensor, first: nn.Conv2d | None = None) -> Tensor:
        """Maps after the last pooling, (N, channels, H / 2^blocks, W / 2^blocks).

        `first` replaces conv1_1: the T-Net's own first layer.
        """
        maps = image_NCHW
        for b, block in enumerate(self.convolutions):
            assert isinstance(block, nn.ModuleList)
            for c, convolution in enumerate(block):
                layer = first if first is not None and (b, c) == (0, 0) else convolution
                maps = F.relu(layer(maps), inplace=True)
            maps = F.max_pool2d(maps, 2)
        return maps


class DualStream(nn.Module):
    """S-Net and T-Net up to the gate's position: maps of a frame and of its flow image.

    `shared`: the T-Net has but its first layer for itself, which is all that sets streams apart
    that nothing trains; else, as in Table 1, every layer.
    """

    def __init__(self, position: int, shared: bool = True) -> None:
        super().__init__()
        self.position, self.shared = position, shared
        self.blocks = VggBlocks(position)
        if shared:
            self.flow_first = nn.Conv2d(3, 64, 3, padding=1)
        else:
            self.flow_blocks = VggBlocks(position)

    @torch.no_grad()
    def init_flow_from_rgb(self) -> None:
        """Cross-modality initialisation (TSN): conv1_1 averaged over RGB, for each channel; deeper
        layers are copied."""
        if not self.shared:
            self.flow_blocks.load_state_dict(self.blocks.state_dict())
        first = self.flow_first if self.shared else self.flow_blocks.convolutions[0][0]  # type: ignore[index]
        rgb = self.blocks.convolutions[0][0]  # type: ignore[index]
        first.weight.copy_(rgb.weight.mean(1, keepdim=True).expand(-1, 3, -1, -1))
        first.bias.copy_(rgb.bias)  # type: ignore[union-attr]

    def forward(self, rgb_NCHW: Tensor, flow_NCHW: Tensor) -> tuple[Tensor, Tensor]:
        """x_s and x_t, each (N, C, H', W'), of normalised inputs."""
        if self.shared:
            return self.blocks(rgb_NCHW), self.blocks(flow_NCHW, self.flow_first)
        return self.blocks(rgb_NCHW), self.flow_blocks(flow_NCHW)


def normalise_rgb(image_NHWC: Tensor) -> Tensor:
    """uint8 RGB frames to (N, 3, H, W) float with ImageNet's mean and deviation."""
    mean = torch.tensor(RGB_MEAN, device=image_NHWC.device)
    std = torch.tensor(RGB_STD, device=image_NHWC.device)
    return ((image_NHWC.float() / 255 - mean) / std).permute(0, 3, 1, 2).contiguous()


def normalise_flow(image_NHWC: Tensor) -> Tensor:
    """uint8 flow images (u, v, |flow|) to (N, 3, H, W) float, zero for zero flow."""
    return ((image_NHWC.float() / 255 - FLOW_MEAN) / FLOW_STD).permute(0, 3, 1, 2).contiguous()


def multiply_adds(size: int, first_block: int = 1, last_block: int = 5) -> int:
    """Multiply-adds of one stream's convolutions from `first_block` to `last_block`, one frame."""
    total, channels, side = 0, 3, size
    for number, widths in enumerate(BLOCKS, start=1):
        for width in widths:
            if first_block <= number <= last_block:
                total += side * side * 9 * channels * width
            channels = width
        side //= 2
    return total
