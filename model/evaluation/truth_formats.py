"""Reads ground truth from the bytes of a file: own JSON, CSV, SumMe's and VSUMM's lists, phases.

docs/ground-truth.md shows an example of each.
"""

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, Field, TypeAdapter

from model.evaluation.truth import GroundTruth, InvalidAnnotations, Unit, validated

MOST_BYTES = 2 * 2**20
ALONE = "annotator"  # the name of the only one, where a table has no names
LAYOUTS = (
    'Expected {"schema": "kairoscope/truth@1", "annotators": [...]}; a table with a header line, '
    "annotator,index or annotator,start_s,end_s; SumMe's selected_intervals_per_user; VSUMM's "
    "user_keyframes of one video; or an Athletics clip's phases. See docs/ground-truth.md."
)
KINDS: tuple[tuple[Unit, tuple[str, ...]], ...] = (
    ("frames", ("index",)),
    ("seconds", ("time_s",)),
    ("frames", ("start", "end")),
    ("seconds", ("start_s", "end_s")),
)  # of a table that has frames and seconds the frames count: they are exact

Frame = Annotated[int, Field(strict=True, ge=0, lt=2**53)]
FrameFromOne = Annotated[int, Field(strict=True, ge=1, lt=2**53)]


class _SumMe(BaseModel):
    """Intervals of each user as [start, end).

    That ends are exclusive shows in paluma_jump: users were to select at most 15 % of its 2,574
    frames, which is 386.1, and the most that any selected is 386 so counted, with one interval as
    with three; counted with their ends these would be 387 and 389.
    """

    selected_intervals_per_user: list[list[tuple[Frame, Frame]]]


class _Vsumm(BaseModel):
    """Keyframes of each user, counted from 1."""

    user_keyframes: list[list[FrameFromOne]]


_TRUTH, _SUMME, _VSUMM = TypeAdapter(GroundTruth), TypeAdapter(_SumMe), TypeAdapter(_Vsumm)


def parse(content: bytes, filename: str = "") -> GroundTruth:
    """The ground truth that a file of any of these formats holds, told by its content.

    Raises InvalidAnnotations naming the line or the field at fault; `filename` only helps to say
    what to do instead.
    """
    if len(content) > MOST_BYTES:
        raise InvalidAnnotations(
            f"wanted at most {MOST_BYTES // 2**20} MiB, got {len(content) / 2**20:.1f}",
            "Annotations of one video belong into a file.",
        )
    if filename.lower().endswith(".mat") or content.startswith(b"MATLAB"):
        raise InvalidAnnotations(
            "SumMe's .mat files are read from disk only",
            "Use `kairoscope evaluate keyframes --truth FILE`, or write the intervals as JSON.",
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidAnnotations(f"wanted text in UTF-8: {error}", LAYOUTS) from None
    if text.lstrip()[:1] in ("{", "["):
        return of_json(_loaded(text))
    return of_table(text)


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidAnnotations(f"wanted JSON, got {error}", LAYOUTS) from None


def of_json(data: Any) -> GroundTruth:
    """From a JSON value in one of the four layouts. Raises InvalidAnnotations."""
    if not isinstance(data, Mapping):
        raise InvalidAnnotations(f"wanted an object, got {type(data).__name__}", LAYOUTS)
    if "annotators" in data:
        return GroundTruth.from_json(data)
    if "selected_intervals_per_user" in data:
        return of_users(intervals=validated(_SUMME, data).selected_intervals_per_user)
    if "user_keyframes" in data:
        numbers = validated(_VSUMM, data).user_keyframes
        return of_users([[number - 1 for number in user] for user in numbers])
    if "phases" in data:
        return of_scene(data)
    raise InvalidAnnotations(
        f"no known layout has only {', '.join(map(str, data))[:80]!r}", LAYOUTS
    )


def of_users(
    keyframes: Iterable[Sequence[float]] = (),
    intervals: Iterable[Sequence[tuple[float, float]]] = (),
) -> GroundTruth:
    """Of users without names, who marked keyframes or intervals in frames; one who marked nothing
    was not asked and is left out."""
    marks = [("keyframes", user) for user in keyframes] + [("intervals", u) for u in intervals]
    users = [
        {"name": f"user{n}", kind: user} for n, (kind, user) in enumerate(marks, start=1) if user
    ]
    return validated(_TRUTH, {"annotators": users})


def of_scene(truth: Mapping[str, Any]) -> GroundTruth:
    """The phases of a rendered scene, as its own JSON has them. Raises InvalidAnnotations."""
    return validated(_TRUTH, {"phases": truth.get("phases")})


def of_table(text: str) -> GroundTruth:
    """From CSV with a header: commas, semicolons (and decimal commas) or tabs, blank lines allowed.

    Raises InvalidAnnotations naming the line.
    """
    header = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=None), delimiter=delimiter)
    table: _Table | None = None
    marks: dict[str, list[Any]] = {}
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if table is None:
                table = _Table.under(cells, delimiter != ",")
                continue
            name, mark = table.mark(reader.line_num, cells)
            marks.setdefault(name, []).append(mark)
    except csv.Error as error:
        raise InvalidAnnotations(f"line {reader.line_num}: {error}", LAYOUTS) from None
    if table is None or not marks:
        raise InvalidAnnotations("wanted a header and a row, got neither or no row", LAYOUTS)
    people = [{"name": name, table.holds: of, "unit": table.unit} for name, of in marks.items()]
    return validated(_TRUTH, {"annotators": people})


@dataclass(frozen=True)
class _Table:
    """Which column holds what."""

    unit: Unit
    columns: Mapping[str, int]
    name: int | None
    decimal_comma: bool

    @classmethod
    def under(cls, header: Sequence[str], decimal_comma: bool) -> "_Table":
        names = [name.lower() for name in header]
        kinds = [kind for kind in KINDS if set(kind[1]) <= set(names)]
        if len({len(columns) for _, columns in kinds}) != 1:
            known = " or ".join(",".join(columns) for _, columns in KINDS)
            raise InvalidAnnotations(
                f"line 1: wanted the columns {known}, got {','.join(names)[:80]!r}", LAYOUTS
            )
        unit, columns = kinds[0]
        places = {name: names.index(name) for name in columns}
        person = names.index("annotator") if "annotator" in names else None
        return cls(unit, places, person, decimal_comma)

    @property
    def holds(self) -> str:
        return "keyframes" if len(self.columns) == 1 else "intervals"

    def mark(self, line: int, cells: Sequence[str]) -> tuple[str, Any]:
        """Whose mark a row holds, and which."""
        values = [self._number(line, name, cells) for name in self.columns]
        if len(values) == 2 and values[1] <= values[0]:
            raise InvalidAnnotations(
                f"line {line}: wanted an end after the start, got {values[0]} to {values[1]}"
            )
        name = cells[self.name] if self.name is not None and self.name < len(cells) else ""
        return name or ALONE, values[0] if len(values) == 1 else tuple(values)

    def _number(self, line: int, name: str, cells: Sequence[str]) -> float:
        place = self.columns[name]
        text = cells[place] if place < len(cells) else ""
        try:
            value = float(text.replace(",", ".") if self.decimal_comma else text)
        except ValueError:
            value = math.nan
        whole = self.unit == "seconds" or value.is_integer()
        if not (0 <= value < 2**53 and whole):
            wanted = "a whole number" if self.unit == "frames" else "a number"
            raise InvalidAnnotations(
                f"line {line}, {name}: wanted {wanted} of at least 0, got {text[:40]!r}"
            )
        return value
