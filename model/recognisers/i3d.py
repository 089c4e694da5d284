"""I3D: the strongest rival of the paper's table, with the 400 classes of Kinetics."""

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from model.errors import InvalidCheckpoint
from model.features.types import Shots
from model.recognisers.base import Prediction, Recogniser, Session
from model.types import Indices

if TYPE_CHECKING:
    from model.networks.i3d import InceptionI3D

RATE = 25.0  # frames a second in training


class I3DRecogniser(Recogniser):
    """Two-stream inflated 3D ConvNet (Carreira and Zisserman 2017), its RGB stream.

    The whole clip is seen in windows of 64 frames side by side, whose logits are averaged; a clip
    of fewer holds each frame longer, to fill one window. On a method's keyframes the same is done
    with them alone: each is held equally long. The network was not trained on such stills.
    """

    name: ClassVar[str] = "i3d"
    title: ClassVar[str] = "I3D (RGB)"
    knows: ClassVar[str] = "the 400 actions of Kinetics"
    weights: ClassVar[str | None] = "i3d-kinetics400"
    steps_per_second = RATE

    def __init__(self, network: "InceptionI3D") -> None:
        self.network, self.classes = network, network.config.classes
        self.size = network.config.size

    @classmethod
    def load(cls, weights: Path, device: str = "cpu") -> Self:
        """See Recogniser."""
        import torch
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        from model.networks.i3d import I3DConfig, InceptionI3D
        from model.weights.i3d import labels

        network = InceptionI3D(I3DConfig(labels()))
        hint = "Run `kairoscope weights pull i3d-kinetics400`, and name no file."
        try:
            network.load_state_dict(load_file(weights))
        except (OSError, SafetensorError, RuntimeError) as error:
            cause = f"{weights.name} does not hold I3D: {str(error)[:200]}"
            raise InvalidCheckpoint(cause, hint) from error
        network.eval().requires_grad_(False)
        network.to(device, memory_format=torch.channels_last_3d)  # type: ignore[call-overload]
        return cls(network).loaded_from(weights, device, {"data": {"name": "Kinetics-400"}})

    @classmethod
    def untrained(cls, seed: int = 0) -> Self:
        """See Recogniser."""
        import torch

        from model.networks.i3d import I3DConfig, InceptionI3D

        torch.manual_seed(seed)
        network = InceptionI3D(I3DConfig(("jump", "run", "throw"), size=32, frames=8))
        return cls(network.eval().requires_grad_(False))

    def open(self, shots: Shots) -> "I3DSession":
        """See Recogniser."""
        return I3DSession(self, shots)


class I3DSession(Session):
    """One clip, in windows."""

    def __init__(self, recogniser: I3DRecogniser, shots: Shots) -> None:
        super().__init__(shots)
        self._network, self._device = recogniser.network, recogniser.device
        self._window_cost = recogniser.network.multiply_adds()

    @property
    def full(self) -> int:
        """See Session."""
        return self._window_cost * len(self._windows(len(self.shots)))

    def _windows(self, count: int) -> NDArray[np.int64]:
        return windows(count, self._network.config.frames)

    def _whole(self) -> Prediction:
        return self._on(np.arange(len(self.shots)))

    def _on(self, step_M: Indices) -> Prediction:
        import torch

        from model.networks.i3d import normalise

        chosen_WT = step_M[self._windows(len(step_M))]
        with torch.no_grad():
            logits = [
                self._network(normalise(torch.from_numpy(rgb_THWC)[None].to(self._device)))
                for rgb_THWC in (self.shots.rgb_SHWC[step_T] for step_T in chosen_WT)
            ]
            probability_K = torch.cat(logits).double().mean(0).softmax(0)
        cost = self._window_cost * len(chosen_WT)
        return Prediction(probability_K.cpu().numpy(), np.unique(chosen_WT), cost)


def windows(count: int, frames: int) -> NDArray[np.int64]:
    """Places of `count` images in windows of `frames`, (W, frames).

    As few windows as cover all, evenly apart (they overlap where the numbers do not divide); fewer
    images than a window holds are each held equally long.
    """
    if count <= frames:
        return (np.arange(frames) * count // frames)[None]
    number = -(-count // frames)
    start_W = np.linspace(0, count - frames, number).round().astype(np.int64)
    return start_W[:, None] + np.arange(frames)
