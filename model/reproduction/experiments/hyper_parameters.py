"""The weights of equation 12: Figure 8."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from model.reproduction import measured, sweep, trained
from model.reproduction.document import Claim, Figure, Section
from model.reproduction.experiment import Experiment, Setup
from model.reproduction.plan import Results
from model.reproduction.task import Task

SYMBOLS = {"tau": "τ", "mu": "μ", "lam": "λ", "phi": "φ"}
FINAL = {"mu": 0.5, "tau": 0.02, "lam": 0.05, "phi": 0.8}
BEST = ("tau", "lam")  # by the text, at the final weight
STABLE = {"mu": (0.3, 0.6), "phi": (0.0, 1.0)}  # by the text, between these
WHERE = "Section 5.1.1 A, Figure 8"


@dataclass(frozen=True)
class Search:
    """One weight at some values, the others fixed."""

    weight: str
    values: tuple[float, ...]
    others: dict[str, float] = field(hash=False)
    name: str

    def weights(self, value: float) -> dict[str, float]:
        """All four at this point."""
        return {**self.others, self.weight: value}


# Each weight once chosen is kept for those after it.
PAPERS = (
    Search("tau", (0.001, 0.01, 0.02, 0.05, 0.1), {"mu": 0.1, "lam": 0.1, "phi": 0.1}, "tau"),
    Search("mu", (0.0, 0.3, 0.5, 0.6, 1.0), {"tau": 0.02, "lam": 0.1, "phi": 0.1}, "mu"),
    Search("lam", (0.0, 0.01, 0.05, 0.1), {"mu": 0.5, "tau": 0.02, "phi": 0.1}, "lam"),
    Search("phi", (0.0, 0.2, 0.5, 0.8, 1.0), {"mu": 0.5, "tau": 0.02, "lam": 0.05}, "phi"),
)
# Where φ is 0.1 no gate may close, whatever the others are: each is searched at the final ones too.
OURS = tuple(
    Search(
        search.weight,
        search.values,
        {name: value for name, value in FINAL.items() if name != search.weight},
        f"final-{search.weight}",
    )
    for search in PAPERS[:3]
)


class HyperParameters(Experiment):
    """Each point is a gate trained with these weights and soft gates, in front of one fixed DSCNN:
    equation 12 with every step reconstructed, as its literal form closes all gates."""

    name: ClassVar[str] = "hyper-parameters"
    title: ClassVar[str] = "Weights of the objective"
    paper: ClassVar[str] = WHERE

    def tasks(self, setup: Setup) -> list[Task]:
        """See Experiment."""
        if not setup.preset.sweeps:
            return []
        dscnn = trained.stages(setup, setup.preset.seeds[0])[0]
        tasks = [dscnn]
        for name, weights in _networks().items():
            options: dict[str, Any] = {**weights, "reading": "soft"}
            gate = trained.attention(setup, dscnn, f"rtsae-{name}", **options)
            needs = {"start": dscnn.name, "attention": gate.name}
            fixed = Task(name, "adopt-gate", {}, needs, seconds=5)
            tasks += [gate, fixed, sweep.evaluated(setup, fixed)]
        return tasks

    def section(self, setup: Setup, results: Results) -> Section:
        """See Experiment."""
        if not setup.preset.sweeps:
            return self.missing(sweep.NOT_IN_PRESET.format(preset=setup.preset.name))
        figures = tuple(_figure(results, search) for search in (*PAPERS, *OURS))
        notices = (_open(results), measured.DRAWN.format(figure="Figure 8"), measured.LIMITS)
        return Section(self.name, self.title, self.paper, (), figures, notices)

    def claims(self, setup: Setup, results: Results) -> list[Claim]:
        """See Experiment; by the paper's search and around the weights that came of it."""
        return [_claim(results, search) for search in (*PAPERS, *OURS)]


def _claim(results: Results, search: Search) -> Claim:
    """What the text says of the search of this weight."""
    symbol, final = SYMBOLS[search.weight], FINAL[search.weight]
    whose = ", at the final weights (ours)" * (search in OURS)
    low, high = STABLE.get(search.weight, (0.0, 1.0))
    others = {
        f"{symbol} = {value:g}": _network(search, value)
        for value in search.values
        if value != final and low <= value <= high
    }
    chosen = _network(search, final)
    if search.weight in BEST:
        text = f"{symbol} = {final:g} recognises most{whose}."
        return sweep.best(results, text, WHERE, chosen, others)
    text = f"Accuracy is stable for {symbol} from {low:g} to {high:g}{whose}."
    return sweep.stable(results, text, WHERE, chosen, others)


def _networks() -> dict[str, dict[str, float]]:
    """The weights of every network by its name: where searches meet, it is trained once."""
    found: dict[str, dict[str, float]] = {}
    for search in (*PAPERS, *OURS):
        for value in search.values:
            if search.weights(value) not in found.values():
                found[f"fixed-{search.name}-{value:g}"] = search.weights(value)
    return found


def _network(search: Search, value: float) -> str:
    """The name of the network of this point."""
    wanted = search.weights(value)
    return next(name for name, weights in _networks().items() if weights == wanted)


def _figure(results: Results, search: Search) -> Figure:
    points = [(value, _network(search, value)) for value in search.values]
    fixed = ", ".join(f"{SYMBOLS[name]} {value:g}" for name, value in search.others.items())
    line = sweep.series(results, "fixed DSCNN", points)
    symbol = SYMBOLS[search.weight]
    whose = " (ours)" * (search in OURS)
    return Figure(
        f"Accuracy by {symbol}, with {fixed}{whose}", "lines", symbol, "accuracy", (line,)
    )


def _open(results: Results) -> str:
    """How many steps the gates open: accuracy alone does not tell a gate that selects from one
    that never closes."""
    cells = [
        (search, value, sweep.kept(results, _network(search, value)).value)
        for search in (*PAPERS, *OURS)
        for value in search.values
    ]
    known = [
        f"{search.name.replace(search.weight, SYMBOLS[search.weight])} {value:g}: {kept:.0%}"
        for search, value, kept in cells
        if isinstance(kept, float)
    ]
    return f"Steps that the gates open: {', '.join(known) or 'not known yet'}."
