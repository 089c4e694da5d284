"""Vanilla ARCH: 3D convolutions over cubes around keyframes, and an LSTM over the cubes."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from model.features.types import Features, Images, Shots
from model.methods import registry
from model.methods.filling import midpoints
from model.methods.sms import SMS
from model.recognisers.base import Prediction, Recogniser, Session
from model.recognisers.checkpoints import read_network
from model.types import Floats, Indices

if TYPE_CHECKING:
    from model.networks.arch import ARCH

FRAME_RATE = 25.0  # for which the defaults of SMS are meant
BOUND = 20.0  # pixels at the ends of a flow image's range


class ARCHRecogniser(Recogniser):
    """The architecture before the paper's, reconstructed: each time step is a cube of a keyframe
    and five resampling frames up to the next.

    On the whole clip the keyframes are those of the method that its checkpoint was trained on, of
    SMS over the stored steps where an analysis cannot run that; on a method's keyframes, its own.
    A cube's resampling frames are computed, too, and counted.
    """

    name: ClassVar[str] = "arch"
    title: ClassVar[str] = "Vanilla ARCH (reconstruction)"
    knows: ClassVar[str] = "the classes that its checkpoint was trained on"
    needs_flow = True  # of SMS

    def __init__(self, network: "ARCH", card: dict[str, Any]) -> None:
        recipe, origin = card.get("recipe", {}), card.get("origin", {})
        self.selection = str(origin.get("selection", SMS.name))
        self.selection_sha256 = str(origin.get("attention_sha256", ""))
        self.network, self.classes = network, network.config.classes
        self.size = network.config.size
        self.steps_per_second = float(recipe.get("steps_per_second", 10.0))
        self.most_keyframes = int(card.get("max_keyframes", 16))

    @classmethod
    def load(cls, weights: Path, device: str = "cpu") -> Self:
        """See Recogniser."""
        from model.networks.arch import ARCH, ARCHConfig

        network, card = read_network(weights, cls.name, ARCH, ARCHConfig, device)
        return cls(network, card).loaded_from(weights, device, card)

    @classmethod
    def untrained(cls, seed: int = 0) -> Self:
        """See Recogniser."""
        import torch

        from model.networks.arch import ARCH, ARCHConfig

        torch.manual_seed(seed)
        config = ARCHConfig(("jump", "run", "throw"), (8, 8, 8, 8, 8), hidden=8, size=32)
        return cls(ARCH(config).eval().requires_grad_(False), {})

    def open(self, shots: Shots) -> "ARCHSession":
        """See Recogniser."""
        return ARCHSession(self, shots)


class ARCHSession(Session):
    """One clip, as cubes."""

    def __init__(self, recogniser: ARCHRecogniser, shots: Shots) -> None:
        super().__init__(shots)
        self._recogniser = recogniser
        self._cube_cost = recogniser.network.multiply_adds()

    @property
    def full(self) -> int:
        """See Session: cubes side by side that hold every step once."""
        from model.networks.cubes import DEPTH

        return self._cost(-(-len(self.shots) // DEPTH))

    def _cost(self, cubes: int) -> int:
        return cubes * self._cube_cost + self._recogniser.network.classifier.weight.numel()

    def _whole(self) -> Prediction:
        shots, trained_on = self.shots, self._recogniser.selection
        if shots.selected is not None:
            step_M = shots.nearest(shots.selected.index_K)
            return replace(self._on(step_M), notices=shots.selected.notices)
        assert shots.flow_SHWC is not None
        notices = () if trained_on == SMS.name else (_instead(trained_on),)
        return replace(self._on(sms_steps(shots, shots.flow_SHWC)), notices=notices)

    def _on(self, step_M: Indices) -> Prediction:
        import torch

        from model.networks.cubes import cube_indices

        most = self._recogniser.most_keyframes
        if len(step_M) > most:
            step_M = step_M[midpoints(len(step_M), most)]
        place_MD = cube_indices(step_M, len(self.shots))
        cubes = torch.from_numpy(self.shots.rgb_SHWC[place_MD]).to(self._recogniser.device)
        probability_K = self._recogniser.network.recognise(cubes)
        cost = self._cost(len(place_MD))
        return Prediction(probability_K.double().cpu().numpy(), np.unique(place_MD), cost)


def _instead(selection: str) -> str:
    """What to say of SMS in place of the method that the checkpoint was trained on."""
    known = registry().get(selection)
    return (
        f"The recognizer was trained on keyframes of {known.title if known else selection}, which "
        f"this analysis lacks: it names the whole clip by those of {SMS.title}."
        + (f" Ask for {selection}, too." if known else "")
    )


def sms_steps(shots: Shots, flow_SHWC: Images) -> Indices:
    """The steps that SMS chooses, its smoothing and distance scaled from frames to steps."""
    features = Features(shots.time_S, {"motion": motion(flow_SHWC)})
    share = min(1.0, features.fps / FRAME_RATE)
    method = SMS(sigma=2.0 * share, distance=max(1, round(6 * share)))
    return method.select(features, None).index_K


def motion(flow_SHWC: Images) -> Floats:
    """m of each step as `model.features.descriptors.motion`, from quantised flow images."""
    flow_SHW2 = flow_SHWC[..., :2] * (2 * BOUND / 255) - BOUND
    camera_S112 = np.median(flow_SHW2, axis=(1, 2), keepdims=True)
    motion_S: Floats = np.linalg.norm(flow_SHW2 - camera_S112, axis=-1).mean((1, 2))
    return motion_S
