"""Several processes, one training: gradients and figures are summed over the ranks of torchrun.

Every rank takes its share of each global batch; what is random about an example, dropout and noisy
gates included, depends on its place in the batch alone. The number of ranks therefore changes the
result by rounding only.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
from torch import Tensor, distributed

from model.errors import InvalidParameter

LONGEST_WAIT = timedelta(hours=4)  # one rank may decode clips that another finds in its cache


@dataclass(frozen=True)
class World:
    """This process among all: `rank` of `size`."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this rank writes files and speaks."""
        return self.rank == 0

    def sum_gradients(self, parameters: Iterable[Tensor]) -> None:
        """Replace each gradient by its sum over all ranks, in one message."""
        if self.size == 1:
            return
        learned = [p for p in parameters if p.requires_grad]
        gradients = [torch.zeros_like(p) if p.grad is None else p.grad for p in learned]
        flat = torch.cat([gradient.flatten() for gradient in gradients])
        distributed.all_reduce(flat)
        pieces = torch.split(flat, [p.numel() for p in learned])
        for parameter, piece in zip(learned, pieces, strict=True):
            parameter.grad = piece.view_as(parameter).clone()

    def sum(self, values: Mapping[str, float], device: str = "cpu") -> dict[str, float]:
        """The same names, each value summed over all ranks; every rank must bring the same."""
        if self.size == 1:
            return dict(values)
        names = sorted(values)
        row = torch.tensor([values[name] for name in names], dtype=torch.float64, device=device)
        distributed.all_reduce(row)
        found = dict(zip(names, row.tolist(), strict=True))
        return {name: found[name] for name in values}

    def gather(self, mine: Mapping[int, str]) -> dict[int, str]:
        """The lines of all ranks by their numbers, which no two ranks may share, in order."""
        if self.size == 1:
            return dict(mine)
        parts: list[Any] = [None] * self.size
        distributed.all_gather_object(parts, dict(mine))
        return dict(sorted(line for part in parts for line in part.items()))

    def wait(self) -> None:
        """Return when every rank has come here."""
        if self.size > 1:
            distributed.barrier()


@contextmanager
def joined(device: str) -> Iterator[tuple[World, str]]:
    """The world that torchrun started this process in, and its device; alone without torchrun.

    `cuda` becomes this rank's own GPU. Tensors on it are summed by NCCL, those on the CPU by Gloo.
    """
    if not distributed.is_torchelastic_launched():
        yield World(), device
        return
    if device.startswith("cuda"):
        device = f"cuda:{distributed.get_node_local_rank()}"
        torch.cuda.set_device(device)
    backend = "cpu:gloo,cuda:nccl" if device.startswith("cuda") else "gloo"
    distributed.init_process_group(backend, timeout=LONGEST_WAIT)
    try:
        world = World(distributed.get_rank(), distributed.get_world_size())
        yield world, device
        world.wait()  # a rank that leaves while another still talks to it can abort
    finally:
        distributed.destroy_process_group()


def share(items: range, world: World, batch: int) -> range:
    """This rank's places of a global batch. Raises InvalidParameter when there are none."""
    if batch < world.size:
        raise InvalidParameter(
            f"batch: wanted at least one example for each of {world.size} processes, got {batch}"
        )
    return items[world.rank :: world.size]
