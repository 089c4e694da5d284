"""Examples of one batch: which steps of which clips, gathered and padded.

Shape legend: N examples, T steps (padded), M = existing steps of all, C channels, H W pixels,
D = 128.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.networks.dscnn import RTSAEDSCNN
from model.training.sources import Pick, Source


@dataclass(frozen=True)
class Example:
    """A sequence of steps with one label. `clip_T` and `step_T` say where each step is from;
    `inserted_T` marks those that do not belong to the labelled clip's own course."""

    label: int
    view: int
    clip_T: NDArray[np.int64]
    step_T: NDArray[np.int64]
    inserted_T: NDArray[np.bool_]

    @classmethod
    def of(cls, label: int, view: int, clip: int, step_T: NDArray[np.int64]) -> "Example":
        """Steps of one clip, nothing inserted."""
        return cls(label, view, np.full_like(step_T, clip), step_T, np.zeros(len(step_T), bool))


@dataclass(frozen=True)
class Batch:
    """Labels (N,), masks (N, T) of existing and of inserted steps, maps of the existing ones in a
    padded row per example, and the RTSAE's input."""

    label_N: Tensor
    mask_NT: Tensor
    inserted_NT: Tensor
    x_s_NTCHW: Tensor
    x_t_NTCHW: Tensor
    x_NTD: Tensor


def collate(network: RTSAEDSCNN, source: Source, examples: Sequence[Example]) -> Batch:
    """Read what the examples name and pad it."""
    picks, order, offset = [], [], 0
    for example in examples:
        for clip in np.unique(example.clip_T):
            place_T = np.flatnonzero(example.clip_T == clip)
            picks.append(Pick(int(clip), example.view, example.step_T[place_T]))
            order.append(offset + place_T)
        offset += len(example.clip_T)
    x_s, x_t, pooled = source.read(network, picks)
    device = x_s.device
    back = torch.from_numpy(np.argsort(np.concatenate(order))).to(device)
    lengths = [len(example.clip_T) for example in examples]
    mask_NT = torch.zeros(len(examples), max(lengths), dtype=torch.bool)
    inserted_NT = torch.zeros_like(mask_NT)
    for n, example in enumerate(examples):
        mask_NT[n, : lengths[n]] = True
        inserted_NT[n, : lengths[n]] = torch.from_numpy(example.inserted_T)
    mask_NT, inserted_NT = mask_NT.to(device), inserted_NT.to(device)
    return Batch(
        torch.tensor([example.label for example in examples], device=device),
        mask_NT,
        inserted_NT,
        _padded(x_s[back], mask_NT),
        _padded(x_t[back], mask_NT),
        _padded(network.front.standardise(pooled.float()[back]), mask_NT),
    )


def _padded(x_M: Tensor, mask_NT: Tensor) -> Tensor:
    """Rows (M, ...) laid out as (N, T, ...), zero where nothing exists."""
    return x_M.new_zeros(*mask_NT.shape, *x_M.shape[1:]).index_put((mask_NT,), x_M)


def random_steps(T: int, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """One random step of each of `count` equal parts of T; all steps where there are no more."""
    if count >= T:
        return np.arange(T)
    bounds = np.linspace(0, T, count + 1)
    low, high = np.ceil(bounds[:-1]).astype(int), np.ceil(bounds[1:]).astype(int)
    return rng.integers(low, high)
