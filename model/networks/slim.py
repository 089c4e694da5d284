"""Streams behind the gate from ImageNet's VGG-16: whole, or pruned to fewer channels.

Source: Li et al. 2017, "Pruning Filters for Efficient ConvNets", greedy variant: of each layer the
filters of largest L1 norm stay, the norm taken over the inputs that stayed, and the next layer
keeps the weights of just those inputs. Widths of the full network copy it.
"""

import torch
from torch import Tensor

from model.errors import InvalidParameter
from model.networks.dscnn import RTSAEDSCNN
from model.networks.stream import Stream
from model.networks.vgg import VggBlocks


def strongest(weight_OIHW: Tensor, width: int) -> Tensor:
    """The `width` filters of largest L1 norm, in their order."""
    norm_O = weight_OIHW.abs().sum((1, 2, 3))
    return norm_O.topk(width).indices.sort().values


@torch.no_grad()
def init_stream(stream: Stream, blocks: VggBlocks, position: int) -> None:
    """Fill the convolutions of `stream`, all but the CAM convolution, from those of `blocks` after
    p`position`. Raises InvalidParameter when a layer is wider than VGG-16's, or a block lacks."""
    sources = [layer for block in list(blocks.convolutions)[position:] for layer in block]  # type: ignore[attr-defined]
    targets = [layer for block in stream.blocks() for layer in block]
    if len(sources) != len(targets):
        raise InvalidParameter(f"wanted {len(targets)} convolutions, got {len(sources)}")
    kept_I = torch.arange(sources[0].in_channels)
    for number, (source, target) in enumerate(zip(sources, targets, strict=True)):
        weight_OIHW = source.weight[:, kept_I]
        if target.out_channels > len(weight_OIHW) or target.in_channels != len(kept_I):
            raise InvalidParameter(
                f"layer {number}: wanted {tuple(target.weight.shape)}, "
                f"got {tuple(weight_OIHW.shape)} to choose from"
            )
        kept_O = strongest(weight_OIHW, target.out_channels)
        target.weight.copy_(weight_OIHW[kept_O])
        target.bias.copy_(source.bias[kept_O])  # type: ignore[union-attr]
        kept_I = kept_O


def init_streams(network: RTSAEDSCNN, blocks: VggBlocks) -> None:
    """Both streams of `network` from all five blocks of VGG-16; each trains on its own after."""
    for stream in (network.s_tail, network.t_tail):
        init_stream(stream, blocks, network.config.position)
