"""Slim networks: what lies behind the gate from a wider network, whole or pruned.

Shape legend: O filters, I inputs, H W pixels, C features of a stream, F of F-Net, D of the LSTM.
Source: Li et al. 2017, "Pruning Filters for Efficient ConvNets", greedy variant: of each layer the
filters of largest L1 norm stay, the norm taken over the inputs that stayed, and the next layer
keeps the weights of just those inputs. Widths of the full network copy it. Equation 16 adds the
features of both streams, so the same stay in both; an LSTM's unit stays with its four gates.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from model.errors import InvalidParameter
from model.networks.dscnn import RTSAEDSCNN
from model.networks.head import Head
from model.networks.stream import Stream
from model.networks.vgg import VggBlocks


def strongest(weight_OIHW: Tensor, width: int) -> Tensor:
    """The `width` filters of largest L1 norm, in their order."""
    return _largest(weight_OIHW.abs().sum((1, 2, 3)), width)


def _largest(strength_O: Tensor, width: int) -> Tensor:
    return strength_O.topk(width).indices.sort().values


@torch.no_grad()
def init_stream(stream: Stream, blocks: VggBlocks, position: int) -> None:
    """Fill the convolutions of `stream`, all but the CAM convolution, from those of `blocks` after
    p`position`. Raises InvalidParameter when a layer is wider than VGG-16's, or a block lacks."""
    sources = [layer for block in list(blocks.convolutions)[position:] for layer in block]  # type: ignore[attr-defined]
    _slim(sources, [layer for block in stream.blocks() for layer in block])


def _slim(sources: Sequence[nn.Conv2d], targets: Sequence[nn.Conv2d]) -> Tensor:
    """Fill a row of convolutions from a row as wide or wider; the filters kept of the last."""
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
        target.bias.copy_(source.bias[kept_O])  # type: ignore[union-attr, index]
        kept_I = kept_O
    return kept_I


def init_streams(network: RTSAEDSCNN, blocks: VggBlocks) -> None:
    """Both streams of `network` from all five blocks of VGG-16; each trains on its own after."""
    for stream in (network.s_tail, network.t_tail):
        init_stream(stream, blocks, network.config.position)


@torch.no_grad()
def prune(full: RTSAEDSCNN, network: RTSAEDSCNN) -> None:
    """Fill all of `network` behind the gate from the wider `full`, of the same gate and classes.

    Raises InvalidParameter when `full` is narrower, or of other blocks.
    """
    wide, slim = full.config, network.config
    for name in ("cam", "fusion", "hidden"):
        if getattr(slim, name) > getattr(wide, name):
            raise InvalidParameter(
                f"{name}: wanted at most {getattr(wide, name)}, got {getattr(slim, name)}"
            )
    pairs = [(full.s_tail, network.s_tail), (full.t_tail, network.t_tail)]
    inputs = [
        _slim(*([layer for block in stream.blocks() for layer in block] for stream in pair))
        for pair in pairs
    ]
    cams = [source.cam.weight[:, kept] for (source, _), kept in zip(pairs, inputs, strict=True)]
    kept_C = strongest(torch.cat(cams, 1), slim.cam)
    for (source, target), weight_CIHW in zip(pairs, cams, strict=True):
        target.cam.weight.copy_(weight_CIHW[kept_C])
        target.cam.bias.copy_(source.cam.bias[kept_C])  # type: ignore[union-attr, index]
    _prune_head(full.head, network.head, kept_C)


def _prune_head(full: Head, head: Head, kept_C: Tensor) -> None:
    """w_f, F-Net, LSTM and classifier; the frozen statistics are to be fitted anew."""
    head.rho.copy_(full.rho)
    weight_FC = full.fc7.weight[:, kept_C]
    kept_F = _largest(weight_FC.abs().sum(1), head.fc7.out_features)
    head.fc7.weight.copy_(weight_FC[kept_F])
    head.fc7.bias.copy_(full.fc7.bias[kept_F])
    wide, cell = full.lstm.cell, head.lstm.cell
    weight_4DF = wide.weight_ih[:, kept_F].view(4, -1, len(kept_F))
    recurrent_4DD = wide.weight_hh.view(4, -1, wide.hidden_size)
    strength_D = weight_4DF.abs().sum((0, 2)) + recurrent_4DD.abs().sum((0, 2))
    kept_D = _largest(strength_D, cell.hidden_size)
    cell.weight_ih.copy_(weight_4DF[:, kept_D].flatten(0, 1))
    cell.weight_hh.copy_(recurrent_4DD[:, kept_D][:, :, kept_D].flatten(0, 1))
    for name in ("bias_ih", "bias_hh"):
        bias_4D = getattr(wide, name).view(4, -1)
        getattr(cell, name).copy_(bias_4D[:, kept_D].flatten())
    head.classifier.weight.copy_(full.classifier.weight[:, kept_D])
    head.classifier.bias.copy_(full.classifier.bias)
