"""How well a gate's keyframes stand for clips that it was not trained on: hold reconstruction."""

from dataclasses import dataclass
from typing import Any, ClassVar

from model.reproduction import clips
from model.reproduction.protocol import Context, Protocol


@dataclass(frozen=True)
class AttentionQuality(Protocol):
    """`clips_per_class` test clips of each class (0: all), whose labels are not read.
    The role `backbone` is a converted VGG-16, which no gate reads: a second space to judge in."""

    name: ClassVar[str] = "attention-quality"
    roles: ClassVar[tuple[str, ...]] = ("attention",)

    clips_per_class: int = 10

    def run(self, context: Context) -> dict[str, Any]:
        """See Protocol."""
        from model.evaluation.attention_quality import hold_errors
        from model.evaluation.steps_cache import StepsCache
        from model.networks.attention import AttentionModel
        from model.video.probe import sha256_of
        from model.weights import vgg16

        samples = clips.of_test(context.dataset, self.clips_per_class)
        model = AttentionModel.load(context.file("attention"), context.device)
        folder = context.cache / "attention-steps"
        cache = StepsCache(folder, model)
        if path := context.file_or_none("backbone"):
            cache = StepsCache(folder, model, vgg16.load_blocks(path, 5), sha256_of(path))
        paths = [sample.path for sample in samples]
        return hold_errors(cache, paths, context.jobs, clips.telling(context, "steps"))
