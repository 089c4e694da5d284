"""C3D (Tran et al. 2015): 3D convolutions over sixteen frames, features from its first dense layer.

Shape legend: N clips, M cubes, D = 16 frames, C channels, H W pixels, F features, K classes.
The features are those of fc6, as in the paper's table; a clip's are the mean over its cubes, and a
linear layer reads them.
"""

from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from model.errors import InvalidParameter
from model.networks.arch import convolutions, normalise_cubes

DEPTH = 16
POOLED_AFTER = (0, 1, 3, 5, 7)  # convolutions that a pooling follows; the first keeps all frames


@dataclass(frozen=True)
class C3DConfig:
    """`size` is the input's side in pixels, `features` the width of fc6."""

    classes: tuple[str, ...]
    channels: tuple[int, ...] = (64, 128, 256, 256, 512, 512, 512, 512)
    features: int = 4096
    size: int = 112

    def __post_init__(self) -> None:
        if len(self.channels) != 8 or self.size < 32 or len(self.classes) < 2:
            raise InvalidParameter(
                "C3D: wanted 8 channels, 32 pixels and 2 classes at least, got "
                f"{len(self.channels)}, {self.size}, {len(self.classes)}"
            )

    @classmethod
    def compact(cls, classes: tuple[str, ...]) -> Self:
        """A quarter of the width at the same size."""
        return cls(classes, (16, 32, 64, 64, 128, 128, 128, 128), features=512)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """From JSON, where tuples are lists."""
        tuples = {name: tuple(values[name]) for name in ("classes", "channels")}
        return cls(**{**values, **tuples})


class C3D(nn.Module):
    """Cubes in, class logits out."""

    def __init__(self, config: C3DConfig) -> None:
        super().__init__()
        self.config = config
        self.convolutions = nn.ModuleList(convolutions(config.channels))
        for layer in self.convolutions:
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")  # type: ignore[arg-type]
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
        side = -(-config.size // 32)
        self.fc6 = nn.Linear(config.channels[-1] * side * side, config.features)
        self.classifier = nn.Linear(config.features, len(config.classes))

    def features(self, cubes_MCDHW: Tensor) -> Tensor:
        """fc6 of each cube, (M, F), of unit length."""
        maps = cubes_MCDHW
        for number, layer in enumerate(self.convolutions):
            maps = F.relu(layer(maps), inplace=True)
            if number in POOLED_AFTER:
                frames = 2 if number else 1
                maps = F.max_pool3d(maps, (frames, 2, 2), ceil_mode=True)
        return F.normalize(F.relu(self.fc6(maps.flatten(1))))

    def forward(self, cubes_NMCDHW: Tensor, mask_NM: Tensor) -> Tensor:
        """Logits (N, K) of normalised cubes; `mask_NM` is 1 for cubes that exist."""
        there = mask_NM.bool()
        z = self.features(cubes_NMCDHW[there])
        z_NMF = z.new_zeros(*there.shape, z.shape[1]).index_put((there,), z)
        logits: Tensor = self.classifier(z_NMF.sum(1) / there.sum(1, keepdim=True))
        return logits

    @torch.no_grad()
    def recognise(self, cubes_MDHWC: Tensor, part: int = 4) -> Tensor:
        """Class probabilities (K,) of one clip's uint8 cubes, `part` of them at a time."""
        z = torch.cat(
            [self.features(normalise_cubes(cubes)) for cubes in torch.split(cubes_MDHWC, part)]
        )
        probabilities: Tensor = self.classifier(z.mean(0)).softmax(0)
        return probabilities

    def multiply_adds(self) -> int:
        """Of one cube."""
        total, depth, side = self.fc6.weight.numel(), DEPTH, self.config.size
        for number, layer in enumerate(self.convolutions):
            total += depth * side * side * layer.weight.numel()  # type: ignore[operator]
            if number in POOLED_AFTER:
                depth, side = (depth // 2 if number else depth), -(-side // 2)
        return total
