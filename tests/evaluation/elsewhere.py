"""A second device where there is none: tensors that mix with none but their like."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_flatten

DEVICE = torch.device("cuda", 0)


class Away(Tensor):
    """Lies on `DEVICE`, it says; an operation with a tensor that does not is refused."""

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func == Tensor.device.__get__:
            return DEVICE
        if func is Tensor.cpu:
            return args[0].as_subclass(Tensor)
        if func is Tensor.numpy:
            raise TypeError("numpy of a tensor on another device")
        if func is Tensor.__getitem__:  # indices may lie on the CPU
            return super().__torch_function__(func, types, args, kwargs)
        tensors = [leaf for leaf in tree_flatten((args, kwargs))[0] if isinstance(leaf, Tensor)]
        if func is not Tensor.to and any(not isinstance(x, Away) and x.dim() for x in tensors):
            raise RuntimeError(f"{func} got tensors of two devices")
        return super().__torch_function__(func, types, args, kwargs)


class Elsewhere(TorchFunctionMode):
    """Within it tensors can be made on `DEVICE` and moved there."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        there = [isinstance(x, torch.device) and x == DEVICE for x in args]
        if func is Tensor.to and any(there):
            here = ["cpu" if away else x for x, away in zip(args, there, strict=True)]
            return func(*here, **kwargs).as_subclass(Away)
        if kwargs.get("device") == DEVICE:
            return func(*args, **{**kwargs, "device": "cpu"}).as_subclass(Away)
        return func(*args, **kwargs)


def moved(network: nn.Module) -> nn.Module:
    """`network` with its parameters and buffers on `DEVICE`."""
    for module in network.modules():
        for name, value in list(module.named_parameters(recurse=False)):
            module._parameters[name] = nn.Parameter(value.data.as_subclass(Away), False)
        for name, value in list(module.named_buffers(recurse=False)):
            module._buffers[name] = value.as_subclass(Away)
    return network
