"""The comparison of user summaries on a folder of VSUMM's layout: methods, published keyframes.

A method has two rows: its own number of keyframes, by settings that no user's summary was looked
at for, and as many as VSUMM1 published of each video.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

import model
from model.analyze import Attention
from model.datasets.vsumm import LAYOUT, SummarisedVideo, SummarySet
from model.errors import InvalidDataset, InvalidParameter
from model.evaluation.intervals import paired_difference
from model.evaluation.parts import NOTHING_KEPT, Parts
from model.evaluation.vsumm import Agreement, agreement, among
from model.evaluation.vsumm_sources import Source, source_of
from model.features.types import Features
from model.methods.base import Method
from model.types import Floats

SCHEMA = "kairoscope/vsumm-evaluation@1"
PUBLISHED, OWN, YARDSTICK = "published", "own number", "VSUMM1"
AS_MANY = f"as many as {YARDSTICK}"
GOAL = "rtsae"
# By the numbers that VSUMM gave them. Cartoons (v11 to v20) and v82 are in no published comparison.
COLLECTIONS = {"OVP": range(21, 71), "YouTube": range(71, 111)}
LEFT_OUT = (*(f"v{number}" for number in range(11, 21)), "v82")

# A bank has a frame in 1.5 seconds and no motion: what counts frames, or changes from one to the
# next, is set so that, over the 25 even-numbered videos of Open Video's bank, about as many
# keyframes result as VSUMM1 published of these; docs/summaries.md tells of the rule.
BANK_SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "rtsae": {"price": 5.5, "rule": "typical"},
    "ranktracing": {"window": 2, "tau": 0.44},
    "uniform": {"count": 10},
    "random": {"count": 10},
    "delta": {"threshold": 0.245},
    "scenes": {"length": 1, "threshold": 46.0},
}

OnVideo = Callable[[int, int, str], None]
Row = tuple[str, str]  # method, kind
Published = Mapping[str, Mapping[str, Sequence[int]]]  # method, video, numbers of frames


@dataclass
class _Tally:
    """What one row has reached: per video its name, the agreement and the number of keyframes."""

    names: list[str] = field(default_factory=list)
    agreements: list[Agreement] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)

    def add(self, name: str, found: Agreement, count: int) -> None:
        self.names.append(name)
        self.agreements.append(found)
        self.counts.append(count)

    def to_json(self) -> dict[str, Any]:
        by_video = zip(self.names, self.agreements, self.counts, strict=True)
        return {
            **Agreement.mean(self.agreements).to_json(),
            "keyframes_mean": float(np.mean(self.counts)),
            "by_video": {name: {"F": one.f, "keyframes": count} for name, one, count in by_video},
        }

    @property
    def f_V(self) -> Floats:
        """F of each of V videos."""
        return np.array([one.f for one in self.agreements], np.float64)

    @property
    def recall_V(self) -> Floats:
        """Recall in each of V videos."""
        return np.array([one.cus_a for one in self.agreements], np.float64)


def usual_settings(found: SummarySet) -> Mapping[str, Mapping[str, Any]]:
    """Parameters by method that fit the frames there are; none for videos: defaults hold there."""
    return BANK_SETTINGS if any(video.bank for video in found.videos) else {}


def evaluate(
    found: SummarySet,
    methods: Sequence[Method],
    attention: Attention | None,
    on_video: OnVideo = lambda done, total, name: None,
    parts: Parts = NOTHING_KEPT,
) -> dict[str, Any]:
    """The result as JSON, kairoscope/vsumm-evaluation@1, of all videos with users' keyframes.

    Rows have their means and, `by_video`, F and the number of keyframes of each video; `users`
    tells how each user agrees with the others, null where no video has several.
    `attention` is wanted by methods that need the gate. `on_video` hears of every video, and
    `parts` keeps what came of each. Raises
    InvalidDataset where no video has users' keyframes, InvalidParameter where no method can run,
    and UnreadableVideo.
    """
    notices = list(found.notices)
    videos = _judged(found, notices)
    source = source_of(videos[0])
    usable = _usable(methods, source, notices)
    published = _published(found, videos, notices)
    gated = attention if any(method.needs_gate for method in usable) else None
    compared = {}
    for done, video in enumerate(videos):
        on_video(done, len(videos), video.name)
        compare = partial(_compare, source_of(video), usable, gated, published)
        compared[video.name] = parts.get(video.name, compare)
    on_video(len(videos), len(videos), "all")
    tallies, users = _tallied(compared)
    settings = {method.name: _settings(method, source, gated) for method in usable}
    return {
        "schema": SCHEMA,
        "name": _name(videos),
        "videos": len(videos),
        "rows": [
            {
                "method": name,
                "kind": kind,
                **tally.to_json(),
                "settings": {} if kind == PUBLISHED else settings[name],
            }
            for (name, kind), tally in tallies.items()
        ],
        "users": Agreement.mean(users).to_json() if users else None,
        "goal": _goal(tallies),
        "comparisons": _comparisons(tallies),
        "provenance": _provenance(source, gated),
        "notices": notices,
    }


def _judged(found: SummarySet, notices: list[str]) -> list[SummarisedVideo]:
    """The videos that users summarised and published comparisons have."""
    left_out = [video.name for video in found.videos if video.name in LEFT_OUT]
    videos = [video for video in found.videos if video.users and video.name not in LEFT_OUT]
    if not videos:
        raise InvalidDataset(
            f"{found.root}: wanted keyframes of users, got {len(found.videos)} videos without",
            LAYOUT,
        )
    if left_out:
        notices.append(f"left out, as in published comparisons: {', '.join(left_out)}")
    silent = len(found.videos) - len(left_out) - len(videos)
    if silent:
        notices.append(f"{silent} videos have no keyframes of users and are not in the rows")
    return videos


def _usable(methods: Sequence[Method], source: Source, notices: list[str]) -> list[Method]:
    """The methods whose measurements mean something on these frames."""
    reasons = {method.name: source.reason_against(method) for method in methods}
    notices += [f"{name} is left out: {reason}" for name, reason in reasons.items() if reason]
    usable = [method for method in methods if not reasons[method.name]]
    if methods and not usable:
        raise InvalidParameter(
            f"wanted a method that can run here, got {', '.join(reasons)}: "
            f"{next(iter(reasons.values()))}",
            "Choose others, e.g. rtsae, uniform.",
            "/methods",
        )
    return usable


def _published(
    found: SummarySet, videos: Sequence[SummarisedVideo], notices: list[str]
) -> Published:
    """Published keyframes that there are of every video."""
    whole: dict[str, Mapping[str, Sequence[int]]] = {}
    for method, by_video in found.published.items():
        missing = [video.name for video in videos if not by_video.get(video.name)]
        if missing:
            notices.append(f"{method}: nothing published of {', '.join(missing)}, so it has no row")
        else:
            whole[method] = by_video
    if YARDSTICK not in whole:
        notices.append(f"no keyframes of {YARDSTICK} to choose as many as")
    return whole


def _compare(
    source: Source,
    methods: Sequence[Method],
    attention: Attention | None,
    published: Published,
) -> dict[str, Any]:
    """One video as JSON: of each row method, kind, agreement and number of keyframes; how its users
    agree among themselves, if there are several."""
    features = source.features(methods, attention)
    chosen = _chosen(source, features, methods, published)
    T, users = features.T, source.video.users
    user_frames = [[source.nearest(index, T) for index in user] for user in users]
    frames = {row: [source.nearest(i, T) for i in indices] for row, indices in chosen.items()}
    hues = source.hues(i for indices in (*user_frames, *frames.values()) for i in indices)
    users_UB = [[hues[index] for index in indices] for indices in user_frames]
    rows = []
    for row, indices in frames.items():
        found = agreement(users_UB, [hues[index] for index in indices])
        rows.append([*row, astuple(found), len(indices)])
    return {"rows": rows, "users": [astuple(among(users_UB))] if len(users_UB) > 1 else []}


def _tallied(
    compared: Mapping[str, Mapping[str, Any]],
) -> tuple[dict[Row, _Tally], list[Agreement]]:
    """All rows over the videos, and the agreement of each video's users with each other."""
    tallies: dict[Row, _Tally] = {}
    for video, found in compared.items():
        for name, kind, figures, count in found["rows"]:
            tallies.setdefault((name, kind), _Tally()).add(video, Agreement(*figures), count)
    return tallies, [
        Agreement(*figures) for found in compared.values() for figures in found["users"]
    ]


def _chosen(
    source: Source, features: Features, methods: Sequence[Method], published: Published
) -> dict[Row, Sequence[int]]:
    """The numbers of the keyframes of each row."""
    name = source.video.name
    chosen: dict[Row, Sequence[int]] = {
        (method, PUBLISHED): by_video[name] for method, by_video in published.items()
    }
    counts: dict[str, int | None] = {OWN: None}
    if YARDSTICK in published:
        counts[AS_MANY] = len(published[YARDSTICK][name])
    for kind, k in counts.items():
        for method in methods:
            index_K = method.run(features, k).index_K
            chosen[method.name, kind] = source.index(index_K).tolist()
    return chosen


def _settings(method: Method, source: Source, attention: Attention | None) -> dict[str, Any]:
    """A method's parameters; where it has a network, also what that was shown."""
    parameters = asdict(method)
    if method.needs_gate and attention:
        parameters |= {"flow": source.flow(attention.flow).name, "steps": source.steps}
    return parameters


def _goal(tallies: Mapping[Row, _Tally]) -> dict[str, Any] | None:
    """Whether the paper's method reaches VSUMM1's F on the same videos, and what lies between."""
    yardstick = tallies.get((YARDSTICK, PUBLISHED))
    if yardstick is None or (GOAL, OWN) not in tallies:
        return None
    wanted = float(yardstick.f_V.mean())
    rows = {}
    for kind in (OWN, AS_MANY):
        f_V = tallies[GOAL, kind].f_V
        reached = float(f_V.mean())
        rows[kind] = {
            "F": reached,
            "reached": reached >= wanted,
            "comparison": paired_difference(f_V, yardstick.f_V),
        }
    return {"method": GOAL, "wanted": f"{YARDSTICK}, {PUBLISHED}", "F": wanted, "rows": rows}


def _comparisons(tallies: Mapping[Row, _Tally]) -> list[dict[str, Any]]:
    """F, and recall, of the paper's method minus those of each published one, over videos."""
    return [
        {
            "kind": kind,
            "rival": rival,
            **paired_difference(tallies[GOAL, kind].f_V, tally.f_V),
            "recall": paired_difference(tallies[GOAL, kind].recall_V, tally.recall_V),
        }
        for kind in (OWN, AS_MANY)
        if (GOAL, kind) in tallies
        for (rival, published), tally in tallies.items()
        if published == PUBLISHED
    ]


def collections(found: SummarySet) -> dict[str, SummarySet]:
    """The videos of each published collection with users' keyframes, by its name; those of none
    under `other`."""
    parts: dict[str, list[SummarisedVideo]] = {}
    for video in found.videos:
        number = re.search(r"^v(\d+)$", video.name)
        owners = (name for name, known in COLLECTIONS.items() if number and int(number[1]) in known)
        if video.users and video.name not in LEFT_OUT:
            parts.setdefault(next(owners, "other"), []).append(video)
    return {name: replace(found, videos=tuple(videos)) for name, videos in parts.items()}


def _name(videos: Sequence[SummarisedVideo]) -> str:
    """The collections that the videos are numbered in; a bank says that it is one."""
    numbers = [int(number) for video in videos for number in re.findall(r"^v(\d+)$", video.name)]
    names = [
        name for name, known in COLLECTIONS.items() if any(number in known for number in numbers)
    ]
    whole = len(numbers) == len(videos) and names
    name = " and ".join(names) if whole else "VSUMM's layout"
    return f"{name}, sparse frame bank" if any(video.bank for video in videos) else name


def _provenance(source: Source, attention: Attention | None) -> dict[str, Any]:
    """What determined the result beside the data, and how times were had."""
    found: dict[str, Any] = {"code": model.__version__, "times": source.times}
    if attention:
        found["attention"] = {
            "name": attention.name,
            "sha256": attention.sha256,
            "device": attention.device,
        }
    return found
