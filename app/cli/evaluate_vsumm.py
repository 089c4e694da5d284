"""`kairoscope evaluate vsumm`: keyframes against users' summaries, by VSUMM's comparison."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from app.cli import Exit
from app.cli.options import add_method_options, chosen_methods, determinants, load_attention
from app.cli.protocols import GOES_ON, add_out, held_in, parts_beside, write_out

ROW = "  {:<13}{:<17}{:>7}{:>7}{:>7}{:>7}{:>7}{:>11}"
FIGURES = ("CUS_A", "CUS_E", "P", "R", "F")


def add_vsumm(protocols: Any) -> None:
    """Add the protocol."""
    vsumm = protocols.add_parser(
        "vsumm",
        help="keyframes against the summaries that users made (VSUMM)",
        description="The comparison of user summaries of VSUMM: each method's own number of "
        "keyframes, and as many as VSUMM1 published, beside published keyframes. DIR holds "
        "videos with UserSummary/, or a bank of single frames with annotations.json; a bank has no "
        "motion, so methods that need it are left out. Beside the mean over users, then videos, "
        "of CUS_A, CUS_E, precision, recall and F, it says how far rtsae is from VSUMM1.",
    )
    vsumm.add_argument("--data", metavar="DIR", type=Path, required=True, help="videos or a bank")
    add_method_options(vsumm, default="all")
    vsumm.add_argument(
        "--weights", metavar="FILE", type=Path, help="attention checkpoint (default: the shipped)"
    )
    vsumm.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1 or mps")
    add_out(vsumm, f"everything as JSON, with its provenance; {GOES_ON}")
    vsumm.add_argument("--json", action="store_true", help="print everything as JSON, not a table")
    vsumm.set_defaults(run=run_vsumm)


def run_vsumm(arguments: argparse.Namespace) -> Exit:
    """Evaluate; prints a table or JSON."""
    from model.datasets.vsumm import content, read
    from model.evaluation.parts import Parts
    from model.evaluation.vsumm_run import SCHEMA, evaluate, usual_settings
    from model.reproduction.record import machine
    from model.training.card import provenance, versions

    held_in(arguments.out, SCHEMA)
    found = read(arguments.data)
    methods = chosen_methods(arguments, usual_settings(found))
    attention = load_attention(arguments, methods, arguments.device)
    about = {**versions(), **determinants(methods, attention), "data": content(arguments.data)}
    with parts_beside(arguments.out) as folder:
        result = evaluate(found, methods, attention, _note, Parts(folder, about))
        result["provenance"] = {**provenance(), "machine": machine(), **result["provenance"]}
        write_out(arguments.out, result)
    print(json.dumps(result, indent=1) if arguments.json else _table(result))
    return Exit.DONE


def _note(done: int, total: int, name: str) -> None:
    """Progress on stderr: one line that changes on a terminal, else one a video."""
    line = f"video {done} of {total}: {name}"
    if sys.stderr.isatty():
        print(f"\r\033[K{line}", end="\n" if done == total else "", file=sys.stderr, flush=True)
    else:
        print(line, file=sys.stderr, flush=True)


def _table(result: dict[str, Any]) -> str:
    """The result for reading."""
    lines = [f"{result['name']}: {result['videos']} videos"]
    lines.append(ROW.format("method", "keyframes", *FIGURES, "mean"))
    for row in result["rows"]:
        figures = (f"{row[name]:.3f}" for name in FIGURES)
        mean = f"{row['keyframes_mean']:.1f}"
        lines.append(ROW.format(row["method"], row["kind"], *figures, mean))
    if result["users"]:
        figures = (f"{result['users'][name]:.3f}" for name in FIGURES)
        lines.append(ROW.format("users", "to each other", *figures, "").rstrip())
    goal = result["goal"]
    for kind, row in goal["rows"].items() if goal else ():
        apart = row["comparison"]
        lines.append(
            f"{goal['method']}, {kind}: F {row['F']:.3f} of {goal['F']:.3f} wanted "
            f"({apart['difference']:+.3f}, {apart['level']:.0%}: {apart['low']:+.3f} to "
            f"{apart['high']:+.3f})"
        )
    return "\n".join([*lines, *result["notices"]])
