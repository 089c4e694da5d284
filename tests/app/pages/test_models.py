"""What the models page says of each checkpoint."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.pages.models.layout import models_page
from tests.app.pages.words import words
from tests.checkpoints import write_checkpoint
from worker.service import Service
from worker.settings import Settings


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    service = Service(Settings(data_dir=tmp_path, gallery=False))
    yield service
    service.close()


def page(service: Service, theme: str = "light") -> list[Any]:
    return models_page(service, {"theme": theme})


def sections(parts: list[Any]) -> dict[str, Any]:
    found = [part for part in parts if getattr(part, "className", "") == "model"]
    return {words(part.children[0].children[0]): part for part in found}


def test_the_shipped_checkpoints_tell_what_a_researcher_looks_for(service: Service) -> None:
    found = {name: words(part) for name, part in sections(page(service)).items()}
    assert list(found) == ["attention", "compact"]
    for part in (
        "attention Attention In use", "SHA-256 1250ad3ca357", "after p3, opens above 0.5",
        "112 × 112 px", "10 a second", "128 a step from spatial means, T-Net on DIS flow × 0.25",
        "σ 2.980", "Price 11.917", "42 clips, 7 min 53 s", "The curves of this training are not",
        "hindsight 0.1547", "kairoscope train rtsae", "MIT (recurrent weights)",
    ):  # fmt: skip
        assert part in found["attention"]
    for part in (
        "Recognition · rtsae-dscnn", "w f 0.923", "4 a second", "Training  2 reports",
        "athletics, 12 classes, 840 clips for training, 120 clips for validation",
        "at 611fda7b50c8, PyTorch 2.11.0+cu130",
    ):  # fmt: skip
        assert part in found["compact"]


def test_the_whole_digest_is_there_to_copy(service: Service) -> None:
    part = sections(page(service))["compact"]
    copied = [getattr(p, "data-copy") for p in part._traverse() if hasattr(p, "data-copy")]
    assert copied[0].startswith("8ba21ad8b88c")
    assert len(copied[0]) == 64


def test_curves_beside_a_checkpoint_are_drawn_in_the_theme(service: Service) -> None:
    own = write_checkpoint(service.settings.data_dir / "weights" / "mine.safetensors")
    own.with_suffix(".csv").write_text("iteration,loss\n1,0.5\n2,0.25\n")
    for theme, colour in (("light", "#0069a8"), ("dark", "#56b4e9")):
        part = sections(page(service, theme))["mine"]
        [graph] = [p for p in part._traverse() if getattr(p, "figure", None)]
        assert list(graph.figure.data[0].y) == [0.5, 0.25]
        assert graph.figure.data[0].line.color == colour
        assert "In use" not in words(part)


def test_damaged_curves_and_checkpoints_are_told(service: Service) -> None:
    folder = service.settings.data_dir / "weights"
    write_checkpoint(folder / "mine.safetensors").with_suffix(".csv").write_text("iteration\nx\n")
    (folder / "torn.safetensors").write_bytes(b"torn")
    said = words(page(service))
    assert "mine.csv is no table of numbers" in said
    assert "torn.safetensors is not a safetensors file" in said


def test_a_card_of_another_shape_is_shown_as_far_as_it_goes(service: Service) -> None:
    folder = service.settings.data_dir / "weights"
    write_checkpoint(folder / "odd.safetensors", data="clips", seconds=None, figures={"a": "b"})
    assert "odd" in words(page(service))


def test_a_second_checkpoint_can_be_chosen_and_the_page_says_where(service: Service) -> None:
    assert "With a second attention checkpoint there" in words(page(service))
    write_checkpoint(service.settings.data_dir / "weights" / "mine.safetensors")
    assert "To compare two on one video" in words(page(service))


def test_the_page_is_plain_json(service: Service) -> None:
    assert json.loads(json.dumps([part.to_plotly_json()["type"] for part in page(service)]))
