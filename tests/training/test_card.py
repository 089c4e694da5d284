"""What a card says of the command that made it."""

import sys
from importlib.machinery import ModuleSpec

import pytest

from model.training.card import provenance

ARGUMENTS = ["--out", "/data/mine.safetensors", "clips/a b"]


@pytest.mark.parametrize(
    ("program", "module", "command"),
    [
        ("/srv/mine/.venv/bin/kairoscope", None, "kairoscope"),
        (".venv/bin/kairoscope", None, ".venv/bin/kairoscope"),
        (
            "/srv/mine/worker/reproductions.py",
            "worker.reproductions",
            "python -m worker.reproductions",
        ),
    ],
)
def test_the_command_can_be_typed_and_names_no_folder_of_the_machine(
    program: str, module: str | None, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [program, *ARGUMENTS])
    spec = ModuleSpec(module, None) if module else None
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", spec)
    assert provenance()["command"] == f"{command} --out mine.safetensors 'clips/a b'"
