"""From a frame and its flow image to x_t, the RTSAE's input: the layers before the gate.

Shape legend: N steps, H W C pixels, n = width before the projection, D = 128.
Two pools, named by the recipe. `map` is equation 17 as printed: the whole maps, divided by their
maximum, are projected. `mean` is the default: the maps are averaged over space before, since a
projection of whole maps is sensitive to position, so that every small motion looks new; channels
are divided by their deviation to the power one half, and there is no x_max, which is one noisy
number that all channels would share.
"""

from dataclasses import dataclass
from typing import Literal, Self

import torch
from torch import Tensor, nn

from model.features.steps import shrink as shrink
from model.networks.device import Precision
from model.networks.projection import fuse, measurement_matrix
from model.networks.vgg import DualStream, VggBlocks, multiply_adds, normalise_flow, normalise_rgb

TARGET_STD, BOUND = 0.35, 0.999  # k_t lies in (-1, 1), so must x_t


@dataclass(frozen=True)
class Recipe:
    """How features are made; a checkpoint names its own and the code obeys it.

    `position` is the pooling layer p1 to p3 after which the gate sits, `size` the input's side in
    pixels, `flow_weight` the share of x_t against x_s, `steps_per_second` 0 for every frame;
    `shared` as in DualStream.
    """

    position: int = 3
    size: int = 112
    pool: Literal["mean", "map"] = "mean"
    flow_weight: float = 0.25
    projection_seed: int = 0
    steps_per_second: float = 10.0
    flow: str = "dis"
    features: int = 128
    shared: bool = True

    @classmethod
    def literal(cls) -> "Recipe":
        """As printed: whole maps after p2, both streams alike."""
        return cls(position=2, pool="map", flow_weight=1.0)


class FrontEnd(nn.Module):
    """S-Net and T-Net up to the gate, compression and the frozen standardisation."""

    channel_scale: Tensor
    mean: Tensor
    std: Tensor
    R: Tensor

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self.recipe = recipe
        self.streams = DualStream(recipe.position, recipe.shared)
        channels = self.streams.blocks.channels
        side = recipe.size >> recipe.position
        n = channels if recipe.pool == "mean" else channels * side * side
        self.register_buffer("channel_scale", torch.ones(channels))
        self.register_buffer("mean", torch.zeros(recipe.features))
        self.register_buffer("std", torch.ones(()))
        R = measurement_matrix(recipe.features, n, recipe.projection_seed)
        self.register_buffer("R", R, persistent=False)

    @classmethod
    def from_blocks(cls, recipe: Recipe, blocks: VggBlocks) -> Self:
        """A front end with these blocks in both streams, rounded to the half precision shipped."""
        front = cls(recipe)
        wanted = front.streams.blocks.state_dict().keys()
        state = {name: tensor for name, tensor in blocks.state_dict().items() if name in wanted}
        front.streams.blocks.load_state_dict(state)
        front.streams.init_flow_from_rgb()
        front.streams.half().float()
        return front.eval().requires_grad_(False)

    def pooled(self, rgb_NHWC: Tensor, flow_NHWC: Tensor) -> Tensor:
        """What the frozen statistics are fitted to and caches keep, from uint8 frames and flow
        images of the recipe's size: channel means (N, C), or the projected maps (N, D)."""
        return self.pool(*self.maps(rgb_NHWC, flow_NHWC))

    def maps(self, rgb_NHWC: Tensor, flow_NHWC: Tensor) -> tuple[Tensor, Tensor]:
        """x_s and x_t at the gate, (N, C, H, W) each: what goes on to the deeper layers."""
        x_s, x_t = self.streams(normalise_rgb(rgb_NHWC), normalise_flow(flow_NHWC))
        return x_s, x_t

    def maps_in(
        self, precision: Precision, rgb_NHWC: Tensor, flow_NHWC: Tensor
    ) -> tuple[Tensor, Tensor]:
        """`maps` by layers that compute in this precision; what is pooled of them, in full."""
        reduced = precision == "bfloat16"
        with torch.autocast(rgb_NHWC.device.type, torch.bfloat16, enabled=reduced):
            x_s, x_t = self.maps(rgb_NHWC, flow_NHWC)
        return x_s.float(), x_t.float()

    def pool(self, x_s: Tensor, x_t: Tensor) -> Tensor:
        """`pooled`, of maps that are there already."""
        if self.recipe.pool == "map":
            return fuse(x_s, x_t).flatten(1) @ self.R.T
        mean: Tensor = x_s.mean((2, 3)) + self.recipe.flow_weight * x_t.mean((2, 3))
        return mean

    def compress(self, pooled_Nn: Tensor) -> Tensor:
        """x_f, (N, D), before standardisation."""
        if self.recipe.pool == "map":
            return pooled_Nn
        return (pooled_Nn / self.channel_scale) @ self.R.T

    def standardise(self, pooled_Nn: Tensor) -> Tensor:
        """x: zero mean, mean deviation .35 over the training data, inside (-1, 1)."""
        scaled = TARGET_STD * (self.compress(pooled_Nn) - self.mean) / self.std
        return scaled.clamp(-BOUND, BOUND)

    def forward(self, rgb_NHWC: Tensor, flow_NHWC: Tensor) -> Tensor:
        """x_t of each step, (N, D)."""
        return self.standardise(self.pooled(rgb_NHWC, flow_NHWC))

    def fit(self, pooled_Nn: Tensor) -> None:
        """Set the frozen statistics from pooled features of training clips.

        One deviation for all dimensions: one each would undo what the channels' scale keeps.
        """
        if self.recipe.pool == "mean":
            deviation = pooled_Nn.std(0)
            self.channel_scale.copy_((deviation + 1e-3 * deviation.mean()).sqrt())
        compressed = self.compress(pooled_Nn)
        self.mean.copy_(compressed.mean(0))
        self.std.copy_((compressed - self.mean).square().mean().sqrt().clamp_min(1e-6))

    def multiply_adds(self) -> int:
        """Per step, both streams and the projection: what even a closed step costs."""
        convolutions = 2 * multiply_adds(self.recipe.size, 1, self.recipe.position)
        return convolutions + self.R.numel()
