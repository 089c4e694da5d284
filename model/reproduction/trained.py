"""The trainings that experiments share, by name: a plan runs each once, whoever asks for it."""

from dataclasses import replace
from typing import Any

from model.reproduction.experiment import Setup
from model.reproduction.task import Task

USUAL: dict[str, dict[str, Any]] = {  # what the presets have anyway, of what sweeps change
    "compact": {"position": 3, "views": 1, "gate": "soft", "insert": 0.8},
    "paper": {"position": 2, "views": 5, "gate": "soft", "insert": 0.8},
    "tiny": {"position": 3, "views": 1, "gate": "soft", "insert": 0.8},
}


def stages(setup: Setup, seed: int, split: int = 1) -> list[Task]:
    """Stages 1, 2 and 3 of one seed; the last is the trained network."""
    preset = setup.preset
    about: dict[str, Any] = {"preset": preset.network, "epochs": preset.epochs, "seed": seed}
    end = f"s{split}-r{seed}"
    start = _backbone(setup) or {"front": "shipped/attention"}
    dscnn = Task(f"dscnn-{end}", "train-dscnn", about, start, split, 400)
    rtsae = attention(setup, dscnn, f"rtsae-{end}", seed=seed)
    needs = {"start": dscnn.name, "attention": rtsae.name}
    joint = Task(f"joint-{end}", "train-joint", about, needs, split, seconds=500)
    return [dscnn, rtsae, joint]


def attention(setup: Setup, dscnn: Task, name: str, **options: Any) -> Task:
    """Stage 2 behind the front of a stage 1 network; `options` are those of train-rtsae. The
    reading is the default in every preset: as printed, equation 12 closes the gates, and nothing
    that comes after could be measured."""
    preset = setup.preset
    about: dict[str, Any] = {
        "clips": preset.attention_clips,
        "iterations": preset.attention_iterations,
        "reading": "default",
    }
    return Task(name, "train-rtsae", about | options, {"start": dscnn.name}, dscnn.split, 200)


def one_layer(setup: Setup, split: int = 1) -> list[Task]:
    """Stages 1, 2 and 3 of the first seed with a gate of a single layer."""
    dscnn, _, joint = stages(setup, setup.preset.seeds[0], split)
    end = "" if split == 1 else f"-s{split}"
    name = f"rtsae-p{USUAL[setup.preset.network]['position']}-l1{end}"
    gate = attention(setup, dscnn, name, layers=1)
    needs = {"start": dscnn.name, "attention": gate.name}
    return [dscnn, gate, replace(joint, name=f"{joint.name}-l1", needs=needs)]


def arch(setup: Setup, selection: str, seed: int, split: int = 1) -> Task:
    """Vanilla ARCH on the keyframes of one method; those of rtsae are the shipped gate's."""
    preset = setup.preset
    options = {"preset": preset.network, "epochs": preset.arch_epochs, "seed": seed}
    needs = {"attention": "shipped/attention"} if selection == "rtsae" else {}
    name = f"arch-{selection}-s{split}-r{seed}"
    return Task(name, "train-arch", options | {"selection": selection}, needs, split, 300)


def extractor(setup: Setup, kind: str, seed: int, split: int = 1) -> Task:
    """Two-Stream or C3D."""
    preset = setup.preset
    options: dict[str, Any] = {"kind": kind, "preset": preset.network}
    options |= {"epochs": preset.epochs, "seed": seed}
    needs = _backbone(setup) if kind == "two-stream" else {}
    return Task(f"{kind}-s{split}-r{seed}", "train-extractor", options, needs, split, 300)


def changed(task: Task, name: str, **options: Any) -> Task:
    """The same training under another name with other options; the task itself where its preset
    has these anyway, so that no network is trained twice."""
    usual = USUAL[task.options["preset"]]
    if all(usual[option] == value for option, value in options.items()):
        return task
    return replace(task, name=name, options={**task.options, **options})


def _backbone(setup: Setup) -> dict[str, str]:
    return {"backbone": str(setup.backbone)} if setup.backbone else {}
