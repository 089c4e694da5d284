"""RTSAE-DSCNN: the attention gate decides which frames the dual-stream network computes.

Shape legend: M steps of one choice, U of any of several choices, C features of a stream.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from model.errors import InvalidCheckpoint, InvalidValue
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
    """One clip, for as many predictions as are asked: its maps at the gate are computed once, and
    what a step gives beyond the gate when a prediction first needs that step."""

    def __init__(self, recogniser: RTSAEDSCNNRecogniser, shots: Shots) -> None:
        super().__init__(shots)
        self._network, self._device = recogniser.network, recogniser.device
        self._cost = recogniser.network.multiply_adds()
        self._beyond: dict[int, torch.Tensor] = {}  # z_s and z_t (2, C) by step

    @property
    def full(self) -> int:
        """See Session: the same network without a gate."""
        return self._ungated(len(self.shots))

    @property
    def beyond(self) -> int:
        """See Session."""
        return len(self._beyond)

    @property
    def step_beyond(self) -> int:
        """See Session."""
        return self._cost.tails + self._cost.head

    @property
    def fusion(self) -> float:
        """See Session."""
        return float(self._network.head.w_f)

    def each(self, choices: Sequence[Indices]) -> list[Prediction]:
        """See Session: a step of several choices is computed once, one of none not at all."""
        if not all(len(step_M) for step_M in choices):
            raise InvalidValue("wanted at least one step of each choice, got none")
        if not choices:
            return []
        step_U = np.unique(np.concatenate(choices))
        return self._named(*self._features(step_U), step_U, choices)

    def streams(self) -> dict[str, Prediction]:
        """See Session: at the open steps, the features of the other stream being 0."""
        step_M = self._open_M
        z_s, z_t = self._features(step_M)
        alone = {"S-Net": (z_s, z_t * 0), "T-Net": (z_s * 0, z_t)}
        return {name: self._named(*z, step_M, [step_M])[0] for name, z in alone.items()}

    def _whole(self) -> Prediction:
        multiply_adds = self._cost.clip(len(self.shots), len(self._open_M))
        return replace(self._on(self._open_M), multiply_adds=multiply_adds)

    def _on(self, step_M: Indices) -> Prediction:
        return self.each([step_M])[0]

    def _ungated(self, steps: int) -> int:
        cost = self._cost
        return steps * (cost.front + cost.tails + cost.head) + cost.classifier

    @cached_property
    def _open_M(self) -> Indices:
        """The steps at which the network's own gate opens."""
        _, _, pooled = self._at_gate
        open_T = self._network.open_steps(self._network.front.standardise(pooled))
        return np.flatnonzero(open_T.cpu().numpy())

    def _features(self, step_M: Indices) -> "tuple[torch.Tensor, torch.Tensor]":
        """z_s and z_t of these steps, (M, C)."""
        import torch

        lacking = [step for step in step_M.tolist() if step not in self._beyond]
        if lacking:
            x_s, x_t, _ = self._at_gate
            z_M2C = torch.stack(self._network.beyond(x_s[lacking], x_t[lacking]), 1)
            self._beyond.update(zip(lacking, z_M2C, strict=True))
        z_2MC = torch.stack([self._beyond[step] for step in step_M.tolist()], 1)
        return z_2MC[0], z_2MC[1]

    def _named(
        self,
        z_s_UC: "torch.Tensor",
        z_t_UC: "torch.Tensor",
        step_U: Indices,
        choices: Sequence[Indices],
    ) -> list[Prediction]:
        import torch

        open_NU = np.stack([np.isin(step_U, step_M) for step_M in choices])
        gate_NU = torch.from_numpy(open_NU).to(z_s_UC.device)
        probability_NK = self._network.name(z_s_UC, z_t_UC, gate_NU).double().cpu().numpy()
        return [
            Prediction(probability_K, step_M, self._ungated(len(step_M)))
            for probability_K, step_M in zip(probability_NK, choices, strict=True)
        ]

    @cached_property
    def _at_gate(self) -> "tuple[torch.Tensor, ...]":
        """x_s, x_t (S, C, H, W) and pooled (S, n) of all steps."""
        import torch

        assert self.shots.flow_SHWC is not None
        rgb, flow = self.shots.rgb_SHWC, self.shots.flow_SHWC
        with torch.no_grad():
            parts = [
                self._network.maps(
                    *(torch.from_numpy(x[n : n + PART]).to(self._device) for x in (rgb, flow))
                )
                for n in range(0, len(rgb), PART)
            ]
        return tuple(torch.cat(column) for column in zip(*parts, strict=True))
