"""C3D features on keyframes, which the paper combines with the RTSAE's choice."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from model.features.types import Shots
from model.recognisers.base import Prediction, Recogniser, Session
from model.recognisers.checkpoints import read_network
from model.types import Indices

if TYPE_CHECKING:
    from model.networks.c3d import C3D


class C3DRecogniser(Recogniser):
    """C3D (Tran et al. 2015): features of cubes of sixteen steps, averaged, and a linear layer.

    On the whole clip the cubes lie side by side; on a method's keyframes they lie around these,
    whose neighbours are therefore computed, too, and counted.
    """

    name: ClassVar[str] = "c3d"
    title: ClassVar[str] = "C3D"
    knows: ClassVar[str] = "the classes that its checkpoint was trained on"

    def __init__(self, network: "C3D", card: dict[str, Any]) -> None:
        self.network, self.classes = network, network.config.classes
        self.size = network.config.size
        self.steps_per_second = float(card.get("recipe", {}).get("steps_per_second", 25.0))

    @classmethod
    def load(cls, weights: Path, device: str = "cpu") -> Self:
        """See Recogniser."""
        from model.networks.c3d import C3D, C3DConfig

        network, card = read_network(weights, cls.name, C3D, C3DConfig, device)
        return cls(network, card).loaded_from(weights, device, card)

    @classmethod
    def untrained(cls, seed: int = 0) -> Self:
        """See Recogniser."""
        import torch

        from model.networks.c3d import C3D, C3DConfig

        torch.manual_seed(seed)
        config = C3DConfig(("jump", "run", "throw"), (8,) * 8, features=16, size=32)
        return cls(C3D(config).eval().requires_grad_(False), {})

    def open(self, shots: Shots) -> "C3DSession":
        """See Recogniser."""
        return C3DSession(self, shots)


class C3DSession(Session):
    """One clip, as cubes of sixteen steps."""

    def __init__(self, recogniser: C3DRecogniser, shots: Shots) -> None:
        super().__init__(shots)
        self._network, self._device = recogniser.network, recogniser.device
        self._cube_cost = recogniser.network.multiply_adds()

    @property
    def full(self) -> int:
        """See Session."""
        return self._cost(len(side_by_side(len(self.shots))))

    def _cost(self, cubes: int) -> int:
        return cubes * self._cube_cost + self._network.classifier.weight.numel()

    def _whole(self) -> Prediction:
        return self._predict(side_by_side(len(self.shots)))

    def _on(self, step_M: Indices) -> Prediction:
        return self._predict(around(step_M, len(self.shots)))

    def _predict(self, place_MD: NDArray[np.int64]) -> Prediction:
        import torch

        cubes = torch.from_numpy(self.shots.rgb_SHWC[place_MD]).to(self._device)
        probability_K = self._network.recognise(cubes)
        cost = self._cost(len(place_MD))
        return Prediction(probability_K.double().cpu().numpy(), np.unique(place_MD), cost)


def side_by_side(S: int) -> NDArray[np.int64]:
    """Steps of as few cubes as hold all S of them, (M, 16); the last step repeats where they do not
    fill the last cube."""
    from model.networks.c3d import DEPTH

    return _cubes(np.arange(0, S, DEPTH), S)


def around(step_M: Indices, S: int) -> NDArray[np.int64]:
    """Steps of cubes around these, (at most M, 16), so that each lies in one.

    A cube starts eight steps before, or where the cube before it ends, or sixteen before the end.
    """
    from model.networks.c3d import DEPTH

    starts: list[int] = []
    for step in step_M.tolist():
        free = starts[-1] + DEPTH if starts else 0
        if step >= free:
            starts.append(min(max(step - DEPTH // 2, free), max(0, S - DEPTH)))
    return _cubes(np.array(starts), S)


def _cubes(start_M: Indices, S: int) -> NDArray[np.int64]:
    from model.networks.c3d import DEPTH

    place_MD: NDArray[np.int64] = np.minimum(start_M[:, None] + np.arange(DEPTH), S - 1)
    return place_MD
