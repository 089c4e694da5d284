"""A made reproduction with everything that a document can hold."""

from typing import Any

from model.reproduction.document import (
    Cell,
    Claim,
    Document,
    Figure,
    Row,
    Section,
    Series,
    Table,
)

TRAINED, MEASURED, TIMED = "1111aaaa2222bbbb", "3333cccc4444dddd", "5555eeee6666ffff"
RISKY = "=1+1|<b>*paper*</b>"  # a formula, markup and a table's border


def run(key: str, task: str, **inputs: str) -> dict[str, Any]:
    """The provenance of a run, as a plan keeps it."""
    part = {"clips": 24, "list_sha256": "ab" * 32}
    return {
        "schema": "kairoscope/run@1",
        "key": key,
        "task": task,
        "protocol": task.partition("-")[0],
        "options": {"seed": 3, "epochs": 0.4},
        "inputs": inputs,
        "provenance": {
            "command": "kairoscope reproduce --dataset athletics",
            "version": "0.1.0",
            "commit": "abcdef123456",
            "torch": "2.13.0",
            "data": {"name": "athletics", "split": 1, "train": part, "test": part},
            "started": "2026-01-02T03:04:05+00:00",
            "seconds": 90.5,
            "device": "cpu",
            "machine": {
                "cores": 2,
                "processor": "x86_64",
                "system": "Linux",
                "python": "3.11.7",
                "load": 1.25,
                "load_before": 0.375,
            },
        },
    }


def recognition(accuracy: float = 0.7512) -> Section:
    """Tables and figures of every kind, ours beside the paper's."""
    ours = (
        Cell(accuracy, accuracy - 0.03, accuracy + 0.02, (MEASURED,), "share"),
        Cell(0.25276, runs=(MEASURED,), unit="share"),
        Cell(12, runs=(MEASURED, TIMED), unit="number"),
    )
    uniform = (Cell(0.6978, 0.66, 0.73, (MEASURED,), "share"), Cell(None), Cell("not measured"))
    paper = (Cell(0.918, unit="share"), Cell(None), Cell(None))
    table = Table(
        "Accuracy",
        ("top-1", "steps kept", "-keyframes"),
        (
            Row("RTSAE-DSCNN", ours, note="own gate"),
            Row("Uniform", uniform),
            Row(RISKY, uniform),
            Row("RTSAE-DSCNN", paper, "paper"),
        ),
    )
    length = Figure("Accuracy by length of clip", "lines", "seconds", "accuracy", (
        Series("rtsae", (2.0, 4.0, 6.0), (0.7, 0.75, 0.8), (0.6, 0.7, 0.75), (0.8, 0.8, 0.9),
               runs=((MEASURED,), (MEASURED,), (MEASURED, TIMED))),
        Series("uniform", (2.0, 4.0, 6.0), (0.6, 0.7, 0.72), runs=((MEASURED,),) * 3),
        Series("rtsae", (2.0, 6.0), (0.88, 0.93), source="paper"),
    ))  # fmt: skip
    bars = Figure("Accuracy by class", "bars", "class", "accuracy", (
        Series("RTSAE-DSCNN", ("Diving", "LongJump"), (0.9, 0.96), (0.8, 0.9), (0.95, 1.0),
               runs=((MEASURED,),) * 2),
        Series("RTSAE-DSCNN", ("Diving", "LongJump"), (0.95, 0.97), source="paper"),
    ))  # fmt: skip
    confusion = Figure("Confusion", "matrix", "recognised as", "class", (
        Series("Diving", ("Diving", "LongJump"), (45.0, 5.0), runs=((MEASURED,),) * 2),
        Series("LongJump", ("Diving", "LongJump"), (2.0, 48.0), runs=((MEASURED,),) * 2),
    ))  # fmt: skip
    notices = ("One seed only.",)
    where = "Tables 3 to 5"
    return Section(
        "recognition", "Recognition", where, (table,), (length, bars, confusion), notices
    )


def document(accuracy: float = 0.7512, preset: str = "quick") -> Document:
    """The whole of it."""
    speed = Section(
        "speed",
        "Speed",
        "Figure 11",
        (
            Table(
                "Time",
                ("a step",),
                (Row("RTSAE-DSCNN", (Cell(0.0213, runs=(TIMED,), unit="seconds"),)),),
            ),
        ),
    )
    missing = Section("summaries", "Summaries", "Figure 14", missing="Needs the OVP videos.")
    claims = (
        Claim("The gate beats uniform steps", "Table 3", "confirmed",
              "75.1 % against 69.8 %, difference 5.3 (3.0 to 7.7).", (MEASURED,)),
        Claim("RTSAE beats VSUMM1", "Figure 14", "not testable here", "No OVP videos."),
    )  # fmt: skip
    runs = {
        TRAINED: run(TRAINED, "train-joint-s1-r0", attention="shipped/attention"),
        MEASURED: run(MEASURED, "recognition-joint-s1-r0", network=TRAINED),
        TIMED: run(TIMED, "speed"),
    }
    sections = (recognition(accuracy), speed, missing)
    whole = {
        "command": "kairoscope reproduce --dataset athletics",
        "version": "0.1.0",
        "commit": "abcdef123456",
        "written": "2026-01-02T04:05:06+00:00",
        "tasks": {"done": 3},
        "notices": ["No backbone: VGG-16 starts from chance."],
    }
    return Document("athletics", preset, sections, claims, runs, whole)
