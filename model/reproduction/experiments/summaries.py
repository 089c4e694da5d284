"""Keyframes as video summaries: Figure 14, by equations 19 and 20."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from model.datasets import vsumm
from model.evaluation.intervals import paired_difference
from model.evaluation.vsumm_run import GOAL, OWN, PUBLISHED
from model.reproduction import measured
from model.reproduction.document import Cell, Claim, Figure, Row, Section, Table
from model.reproduction.experiment import Experiment, Setup
from model.reproduction.plan import Results
from model.reproduction.task import Task

TASK = "summaries"
COLLECTIONS = ("OVP", "YouTube")
RIVALS = ("VSUMM1", "VSUMM2", "DT")
WHERE = "Section 5.2"
NOT_GIVEN = "no users' summaries were given"
NOT_OF_IT = "no users' summaries of this collection were given"
FIGURES = {"F": "F", "P": "precision", "R": "recall", "CUS_A": "CUS_A", "CUS_E": "CUS_E"}
MISSING = (
    "No summaries of users were given. Figure 14 needs the 50 videos of the Open Video Project and "
    "the 39 of YouTube with the keyframes of five users each, which the authors of VSUMM (de Avila "
    "et al., 2011) offer on their site (https://sites.google.com/site/vsummsite). Name their "
    f"folder with --summaries. {vsumm.LAYOUT}"
)
NOTICES = (
    "Figure 14's values cannot be read from the paper's text, which says in words that the RTSAE "
    "outperforms VSUMM1, VSUMM2 and DT on both collections.",
    "Rows marked published are keyframes that their authors published, judged here by the same "
    "comparison; other rows are this program's methods.",
)


class Summaries(Experiment):
    """Precision, recall and F against the keyframes of users."""

    name: ClassVar[str] = "summaries"
    title: ClassVar[str] = "Video summaries"
    paper: ClassVar[str] = "Section 5.2, Figure 14, equations 19 and 20"

    def tasks(self, setup: Setup) -> list[Task]:
        """See Experiment. Raises InvalidDataset where the folder is not there."""
        if setup.summaries is None:
            return []
        options = {"root": str(setup.summaries), "content": vsumm.content(setup.summaries)}
        return [Task(TASK, "summaries", options, {"attention": "shipped/attention"}, seconds=300)]

    def section(self, setup: Setup, results: Results) -> Section:
        """See Experiment."""
        if setup.summaries is None:
            return self.missing(MISSING)
        if TASK not in results:
            return self.missing(measured.NOT_RUN)
        run = results.key(TASK)
        found = results.of(TASK)["collections"].values()
        tables = tuple(table for one in found for table in (_figures(one, run), _apart(one, run)))
        figures = tuple(_bars(one, run) for one in found)
        notices = (
            *NOTICES,
            *(f"{one['name']}: {text}" for one in found for text in one["notices"]),
        )
        return Section(self.name, self.title, self.paper, tables, figures, notices)

    def claims(self, setup: Setup, results: Results) -> list[Claim]:
        """See Experiment: for each collection, of each rival of the text, and of their recall."""
        if TASK not in results:
            why = NOT_GIVEN if setup.summaries is None else measured.NOT_RUN
            texts = [text for one in COLLECTIONS for text in _texts(one)]
            return [measured.untested(text, WHERE, why) for text in texts]
        collections, claims = results.of(TASK)["collections"], []
        for collection in COLLECTIONS:
            found, [*agree, recall, more] = collections.get(collection), _texts(collection)
            claims += [
                _claim(text, found, rival, results)
                for text, rival in zip(agree, RIVALS, strict=True)
            ]
            claims += [_recall(recall, found, results), _more_frames(more, found, results)]
        return claims


def _texts(collection: str) -> list[str]:
    """A claim for each rival, and those of the recall and of the number of keyframes, which the
    text has of all rivals at once."""
    agree = "The RTSAE's keyframes agree more with users' than those of {} on {}."
    recall = f"The recall of the RTSAE is higher than that of {', '.join(RIVALS)} on {collection}."
    more = f"The RTSAE keeps more frames of a video than {', '.join(RIVALS)} on {collection}."
    return [*(agree.format(rival, collection) for rival in RIVALS), recall, more]


def _claim(text: str, found: Mapping[str, Any] | None, rival: str, results: Results) -> Claim:
    if found is None:
        return measured.untested(text, WHERE, NOT_OF_IT)
    row = _against(found, rival)
    if row is None:
        why = f"no keyframes of {rival} are published in the folder for every video"
        return measured.untested(text, WHERE, why)
    figure = (
        f"F {row['difference']:+.3f} (95 %: {row['low']:+.3f} to {row['high']:+.3f}) over "
        f"{row['clips']} videos of {found['name']}, its own number of keyframes"
    )
    return measured.judged(text, WHERE, row["low"] > 0, figure, results.key(TASK))


def _against(found: Mapping[str, Any], rival: str) -> Mapping[str, Any] | None:
    rows: list[Mapping[str, Any]] = found["comparisons"]
    return next((row for row in rows if (row["rival"], row["kind"]) == (rival, OWN)), None)


def _recall(text: str, found: Mapping[str, Any] | None, results: Results) -> Claim:
    rows = {rival: _against(found, rival) for rival in RIVALS} if found else {}
    known = {rival: row["recall"] for rival, row in rows.items() if row}
    return _of_all(text, found, known, results)


def _more_frames(text: str, found: Mapping[str, Any] | None, results: Results) -> Claim:
    counts = {
        (row["method"], row["kind"]): np.array(
            [one["keyframes"] for one in row["by_video"].values()], np.float64
        )
        for row in (found["rows"] if found else [])
    }
    own = counts.get((GOAL, OWN))
    known = {
        rival: paired_difference(own, counts[rival, PUBLISHED])
        for rival in RIVALS
        if own is not None and (rival, PUBLISHED) in counts
    }
    return _of_all(text, found, known, results)


def _of_all(
    text: str,
    found: Mapping[str, Any] | None,
    known: Mapping[str, Mapping[str, Any]],
    results: Results,
) -> Claim:
    """The claim that the RTSAE has more of something than each rival, by these differences."""
    if not found or len(known) < len(RIVALS):
        why = "no users' summaries of it with keyframes of all three were given"
        return measured.untested(text, WHERE, why)
    differences = ", ".join(
        f"{row['difference']:+.3f} (95 %: {row['low']:+.3f} to {row['high']:+.3f}) from {rival}"
        for rival, row in known.items()
    )
    figure = f"{differences}, over {found['videos']} videos of {found['name']}"
    holds = all(row["low"] > 0 for row in known.values())
    return measured.judged(text, WHERE, holds, figure, results.key(TASK))


def _figures(found: Mapping[str, Any], run: str) -> Table:
    """The means over users, then videos, of every row, and how users agree with each other."""
    rows = [
        Row(
            f"{row['method']}, {row['kind']}",
            (*_agreement(row, run), Cell(row["keyframes_mean"], runs=(run,), unit="number")),
        )
        for row in found["rows"]
    ]
    if found["users"]:
        rows.append(Row("users, to each other", (*_agreement(found["users"], run), Cell(None))))
    title = f"{found['name']}: {found['videos']} videos"
    return Table(title, (*FIGURES.values(), "keyframes a video"), tuple(rows))


def _agreement(row: Mapping[str, Any], run: str) -> tuple[Cell, ...]:
    return tuple(Cell(row[name], runs=(run,), unit="number") for name in FIGURES)


def _apart(found: Mapping[str, Any], run: str) -> Table:
    """F of rtsae less that of each published method, on the same videos."""
    rows = [
        Row(
            f"{row['rival']}, published",
            (Cell(row["difference"], row["low"], row["high"], (run,), "number"),),
            note=f"rtsae with {row['kind']}",
        )
        for row in found["comparisons"]
    ]
    return Table(f"{found['name']}: F of rtsae less that of", ("difference of F",), tuple(rows))


def _bars(found: Mapping[str, Any], run: str) -> Figure:
    kinds = dict.fromkeys(row["kind"] for row in found["rows"])
    series = tuple(
        measured.values(
            kind,
            [row["method"] for row in found["rows"] if row["kind"] == kind],
            [row["F"] for row in found["rows"] if row["kind"] == kind],
            (run,),
        )
        for kind in kinds
    )
    return Figure(f"F on {found['name']} (Figure 14)", "bars", "", "F", series)
