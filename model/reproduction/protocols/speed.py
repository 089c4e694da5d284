"""What RTSAE-DSCNN costs on clips beside itself without a gate and beside Vanilla ARCH."""

from dataclasses import dataclass
from typing import Any, ClassVar

from model.errors import UnreadableVideo
from model.reproduction import clips
from model.reproduction.protocol import Context, Protocol


@dataclass(frozen=True)
class Speed(Protocol):
    """`clips_per_class` test clips of each class (0: all), thinned to `most`; the median
    of `repeats`. Without the role `arch`, an untrained one of the size that `preset` names:
    weights take no time."""

    name: ClassVar[str] = "speed"
    roles: ClassVar[tuple[str, ...]] = ("network",)
    timed: ClassVar[bool] = True

    clips_per_class: int = 1
    most: int = 24
    repeats: int = 3
    preset: str = "compact"

    def run(self, context: Context) -> dict[str, Any]:
        """See Protocol; `network` is an RTSAE-DSCNN."""
        from model.datasets.verify import verify
        from model.evaluation.speed import Rivals
        from model.networks.arch import ARCH
        from model.recognisers.arch import ARCHRecogniser
        from model.recognisers.rtsae_dscnn import RTSAEDSCNNRecogniser
        from model.training.presets import PRESETS

        samples = clips.of_test(context.dataset, self.clips_per_class, self.most)
        left_out = {fault.path.name: fault.message for fault in verify(samples)}
        paths = [one.path for one in samples if one.path.name not in left_out]
        if not paths:
            raise UnreadableVideo("no clip is left to time", "; ".join(left_out.values()))
        dscnn = RTSAEDSCNNRecogniser.load(context.file("network"), context.device)
        weights = context.file_or_none("arch")
        if weights is not None:
            arch = ARCHRecogniser.load(weights, context.device)
        else:
            config = PRESETS[self.preset]().arch.network(dscnn.classes)
            network = ARCH(config).to(context.device).eval().requires_grad_(False)
            arch = ARCHRecogniser(network, {})
            arch.device = context.device
        tell = clips.telling(context, "timing")
        found = Rivals(dscnn, arch).compare(paths, self.repeats, tell)
        return {"left_out": left_out, **found}
