"""Keyframes against the summaries that users made (VSUMM's comparison), by collection."""

from dataclasses import dataclass
from typing import Any, ClassVar

from model.errors import InvalidDataset
from model.reproduction.protocol import Context, Protocol


@dataclass(frozen=True)
class Summaries(Protocol):
    """`root` is a folder of VSUMM's layout; `content`, the hash of what lies there, makes another
    result of other annotations."""

    name: ClassVar[str] = "summaries"
    maker: ClassVar[int] = 2
    roles: ClassVar[tuple[str, ...]] = ("attention",)
    places: ClassVar[tuple[str, ...]] = ("root",)

    root: str = ""
    content: str = ""

    def run(self, context: Context) -> dict[str, Any]:
        """See Protocol."""
        from model import methods
        from model.datasets import vsumm
        from model.evaluation.vsumm_run import collections, evaluate, usual_settings
        from model.networks.attention import AttentionModel

        if self.content and vsumm.content(self.root) != self.content:
            raise InvalidDataset(
                f"{self.root}: wanted what was there at the start, got other files",
                "Start the reproduction again: it takes what is there then.",
            )
        found = vsumm.read(self.root)
        settings = usual_settings(found)
        chosen = [
            cls.from_parameters(settings.get(name, {})) for name, cls in methods.registry().items()
        ]
        attention = AttentionModel.load(context.file("attention"), context.device)

        def tell(done: int, total: int, name: str) -> None:
            context.on_progress("videos", done, total)

        parts = collections(found).items()
        return {
            "collections": {name: evaluate(part, chosen, attention, tell) for name, part in parts},
        }
