"""Two-stream features on keyframes, which the paper combines with the RTSAE's choice."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from model.features.types import Shots
from model.recognisers.base import Prediction, Recogniser, Session
from model.recognisers.checkpoints import read_network
from model.types import Indices

if TYPE_CHECKING:
    from model.networks.two_stream import TwoStream


class TwoStreamRecogniser(Recogniser):
    """Two-Stream ConvNet (Simonyan and Zisserman 2014): a frame, and the flow of it and of the
    steps after it; the scores of all frames averaged.

    On the whole clip 25 evenly spaced steps are seen, as in the original; on a method's keyframes
    those alone.
    """

    name: ClassVar[str] = "two-stream"
    title: ClassVar[str] = "Two-Stream ConvNet"
    knows: ClassVar[str] = "the classes that its checkpoint was trained on"
    needs_flow = True

    def __init__(self, network: "TwoStream", card: dict[str, Any]) -> None:
        recipe = card.get("recipe", {})
        self.network, self.classes = network, network.config.classes
        self.size = network.config.size
        self.steps_per_second = float(recipe.get("steps_per_second", 10.0))
        self.flow = recipe.get("flow")
        self.most_steps = int(card.get("max_steps", 25))

    @classmethod
    def load(cls, weights: Path, device: str = "cpu") -> Self:
        """See Recogniser."""
        from model.networks.two_stream import TwoStream, TwoStreamConfig

        network, card = read_network(weights, cls.name, TwoStream, TwoStreamConfig, device)
        return cls(network, card).loaded_from(weights, device, card)

    @classmethod
    def untrained(cls, seed: int = 0) -> Self:
        """See Recogniser."""
        import torch

        from model.networks.two_stream import TwoStream, TwoStreamConfig

        torch.manual_seed(seed)
        widths = ((8, 8), (8, 8), (8, 8, 8), (8, 8, 8), (8, 8, 8))
        config = TwoStreamConfig(("jump", "run", "throw"), widths, cam=8, size=32)
        return cls(TwoStream(config).eval().requires_grad_(False), {})

    def open(self, shots: Shots) -> "TwoStreamSession":
        """See Recogniser."""
        return TwoStreamSession(self, shots.thinned(self.most_steps))


class TwoStreamSession(Session):
    """One clip, frame by frame."""

    def __init__(self, recogniser: TwoStreamRecogniser, shots: Shots) -> None:
        super().__init__(shots)
        self._network, self._device = recogniser.network, recogniser.device
        self._frame_cost = recogniser.network.multiply_adds()

    @property
    def full(self) -> int:
        """See Session."""
        return len(self.shots) * self._frame_cost

    def _whole(self) -> Prediction:
        return self._on(np.arange(len(self.shots)))

    def _on(self, step_M: Indices) -> Prediction:
        import torch

        from model.networks.two_stream import stacked

        assert self.shots.flow_SHWC is not None
        rgb = torch.from_numpy(self.shots.rgb_SHWC[step_M])
        stack, place_M = self._network.config.stack, torch.from_numpy(step_M)
        flow = stacked(torch.from_numpy(self.shots.flow_SHWC), place_M, stack)
        probability_K = self._network.recognise(rgb.to(self._device), flow.to(self._device))
        cost = len(step_M) * self._frame_cost
        return Prediction(probability_K.double().cpu().numpy(), step_M, cost)
