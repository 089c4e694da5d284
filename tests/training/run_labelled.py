"""A small stage 3 with dropout as a process of its own, to be killed, resumed or run by torchrun.

python -m tests.training.run_labelled FOLDER GATES [HOLD_AT], the gates separated by commas, each in
a folder of its own: at iteration HOLD_AT it says so and waits.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

from model.training.distributed import joined
from model.training.joint import JointTask, Stage3
from model.training.trainer import Schedule, Trainer
from tests.training.labelled import MadeClips, small_network

ITERATIONS = 10


def run(folder, gates, hold_at=0):
    """Train, with one gate after the other; weights and reports end in `folder`/<gate>."""
    torch.set_num_threads(1)
    with joined("cpu") as (world, _):
        for gate in gates:
            train(folder / gate, gate, world, hold_at)


def train(folder, gate, world, hold_at):
    folder.mkdir(parents=True, exist_ok=True)  # by all processes
    clips = MadeClips(24)
    network = small_network(dropout=0.5)
    schedule = Schedule(
        iterations=ITERATIONS, batch=8, optimiser="adam", learning_rate=1e-3, report_every=3
    )
    config = Stage3(schedule, gate, steps=8, tau=0.01, lam=1e-3)
    task = JointTask(network, config, clips, clips.label_N, (clips, clips.label_N))
    network.front.requires_grad_(False)

    def on_progress(progress):
        if progress.iteration == hold_at:
            print("held", flush=True)
            sys.stdin.read()

    trainer = Trainer(task, schedule, 24, {"made": True}, folder / "state", world)
    trainer.on_progress = on_progress
    history = trainer.run()
    if world.leads:
        save_file(network.state_dict(), folder / "weights.safetensors")
        (folder / "history.json").write_text(json.dumps(history))


if __name__ == "__main__":
    run(Path(sys.argv[1]), sys.argv[2].split(","), *map(int, sys.argv[3:]))
