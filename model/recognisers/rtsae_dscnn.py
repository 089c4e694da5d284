"""RTSAE-DSCNN: the attention gate decides which frames the dual-stream network computes."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from model.errors import InvalidCheckpoint
from model.features.types import Shots
from model.recognisers.base import Prediction, Recogniser, Session
from model.types import Indices

if TYPE_CHECKING:
    import torch

    from model.networks.dscnn import RTSAEDSCNN

PART = 4  # frames that go through the front end at a time: 16 take 0.1 GB more, and no less time
SPARE = 4  # steps kept for each wanted one, as in training (model.training.clips)
MOST_STEPS = 32  # of a clip, where the checkpoint's card does not say how many it was trained on


class RTSAEDSCNNRecogniser(Recogniser):
    """The paper's network: S-Net and T-Net up to the gate see every step, and beyond it only the
    steps at which its own gate opens; F-Net and an LSTM over these name the action.

    On a method's keyframes the gate is set by them: they alone are computed, all the way.
    """

    name: ClassVar[str] = "rtsae-dscnn"
    title: ClassVar[str] = "RTSAE-DSCNN"
    knows: ClassVar[str] = "the classes that its checkpoint was trained on"
    weights: ClassVar[str | None] = "compact"
    mixes_back: ClassVar[bool] = True
    needs_flow = True

    def __init__(self, network: "RTSAEDSCNN", card: dict[str, Any]) -> None:
        recipe = network.front.recipe
        self.network, self.classes = network, network.config.classes
        self.steps_per_second, self.size = recipe.steps_per_second, recipe.size
        self.flow = recipe.flow
        self.most_steps = int(card.get("max_steps", MOST_STEPS))
        self.most_shots = SPARE * self.most_steps

    @classmethod
    def load(cls, weights: Path, device: str = "cpu") -> Self:
        """See Recogniser."""
        from model.networks import recognition_checkpoint
        from model.networks.dscnn import RTSAEDSCNN

        network, card = recognition_checkpoint.load(weights, device)
        if not isinstance(network, RTSAEDSCNN):
            raise InvalidCheckpoint(f"{weights.name} holds another network", "Name its recognizer.")
        return cls(network, card).loaded_from(weights, device, card)

    @classmethod
    def untrained(cls, seed: int = 0) -> Self:
        """See Recogniser."""
        import torch

        from model.networks.dscnn import RTSAEDSCNN, DSCNNConfig

        torch.manual_seed(seed)
        widths = ((8, 8, 8), (8, 8, 8))
        config = DSCNNConfig(
            ("jump", "run", "throw"), 3, widths, cam=8, fusion=8, hidden=8, size=32
        )
        return cls(RTSAEDSCNN.untrained(config).eval().requires_grad_(False), {})

    def open(self, shots: Shots) -> "DSCNNSession":
        """See Recogniser; a long clip is thinned to as many steps as training saw at most."""
        return DSCNNSession(self, shots.thinned(self.most_steps))


class DSCNNSession(Session):
    """One clip; the maps at the gate are computed once, for as many predictions as are asked."""

    def __init__(self, recogniser: RTSAEDSCNNRecogniser, shots: Shots) -> None:
        super().__init__(shots)
        self._network, self._device = recogniser.network, recogniser.device
        self._cost = recogniser.network.multiply_adds()
        self._maps: tuple[torch.Tensor, ...] | None = None
        self._beyond: tuple[torch.Tensor, torch.Tensor] | None = None

    @property
    def full(self) -> int:
        """See Session: the same network without a gate."""
        return self._ungated(len(self.shots))

    def _ungated(self, steps: int) -> int:
        cost = self._cost
        return steps * (cost.front + cost.tails + cost.head) + cost.classifier

    def _whole(self) -> Prediction:
        step_M = self._own_steps()
        return self._predict(step_M, self._cost.clip(len(self.shots), len(step_M)))

    def _own_steps(self) -> Indices:
        """The steps at which the network's own gate opens."""
        _, _, pooled = self._at_gate()
        open_T = self._network.open_steps(self._network.front.standardise(pooled))
        return np.flatnonzero(open_T.cpu().numpy())

    def _on(self, step_M: Indices) -> Prediction:
        return self._predict(step_M, self._ungated(len(step_M)))

    def each(self, choices: Sequence[Indices]) -> list[Prediction]:
        """See Session: every step is computed once, whichever are asked for."""
        return self._named(*self._all_beyond(), choices)

    def streams(self) -> dict[str, Prediction]:
        """See Session: the features of the other stream are 0."""
        own, (z_s, z_t) = [self._own_steps()], self._all_beyond()
        return {
            "S-Net": self._named(z_s, z_t * 0, own)[0],
            "T-Net": self._named(z_s * 0, z_t, own)[0],
        }

    @property
    def fusion(self) -> float:
        """See Session."""
        return float(self._network.head.w_f)

    def _all_beyond(self) -> "tuple[torch.Tensor, torch.Tensor]":
        if self._beyond is None:
            self._beyond = self._network.beyond(*self._at_gate()[:2])
        return self._beyond

    def _named(
        self, z_s: "torch.Tensor", z_t: "torch.Tensor", choices: Sequence[Indices]
    ) -> list[Prediction]:
        import torch

        open_NS = torch.zeros(len(choices), len(self.shots), dtype=torch.bool, device=z_s.device)
        for open_S, step_M in zip(open_NS, choices, strict=True):
            open_S[torch.from_numpy(step_M)] = True
        probability_NK = self._network.name(z_s, z_t, open_NS).double().cpu().numpy()
        return [
            Prediction(probability_K, step_M, self._ungated(len(step_M)))
            for probability_K, step_M in zip(probability_NK, choices, strict=True)
        ]

    def _predict(self, step_M: Indices, multiply_adds: int) -> Prediction:
        import torch

        x_s, x_t, _ = self._at_gate()
        open_T = torch.zeros(len(self.shots), dtype=torch.bool, device=x_s.device)
        open_T[torch.from_numpy(step_M)] = True
        probability_K = self._network.recognise(x_s, x_t, open_T)
        return Prediction(probability_K.double().cpu().numpy(), step_M, multiply_adds)

    def _at_gate(self) -> "tuple[torch.Tensor, ...]":
        import torch

        if self._maps is None:
            assert self.shots.flow_SHWC is not None
            rgb, flow = self.shots.rgb_SHWC, self.shots.flow_SHWC
            with torch.no_grad():
                parts = [
                    self._network.maps(
                        *(torch.from_numpy(x[n : n + PART]).to(self._device) for x in (rgb, flow))
                    )
                    for n in range(0, len(rgb), PART)
                ]
            self._maps = tuple(torch.cat(column) for column in zip(*parts, strict=True))
        return self._maps
