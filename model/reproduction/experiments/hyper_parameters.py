"""The weights of equation 12: Figure 8."""

from typing import Any, ClassVar

from model.reproduction import measured, sweep, trained
from model.reproduction.document import Claim, Figure, Section
from model.reproduction.experiment import Experiment, Setup
from model.reproduction.plan import Results
from model.reproduction.task import Task

# As the paper searched: the others fixed, each weight once chosen kept for those after it.
SEARCHES: dict[str, tuple[dict[str, float], tuple[float, ...]]] = {
    "tau": ({"mu": 0.1, "lam": 0.1, "phi": 0.1}, (0.001, 0.01, 0.02, 0.05, 0.1)),
    "mu": ({"tau": 0.02, "lam": 0.1, "phi": 0.1}, (0.0, 0.3, 0.5, 0.6, 1.0)),
    "lam": ({"mu": 0.5, "tau": 0.02, "phi": 0.1}, (0.0, 0.01, 0.05, 0.1)),
    "phi": ({"mu": 0.5, "tau": 0.02, "lam": 0.05}, (0.0, 0.2, 0.5, 0.8, 1.0)),
}
SAME = {("lam", 0.1): ("mu", 0.5)}  # two searches meet in these weights
SYMBOLS = {"tau": "τ", "mu": "μ", "lam": "λ", "phi": "φ"}
CHOSEN = {"tau": 0.02, "mu": 0.5, "lam": 0.05, "phi": 0.8}


class HyperParameters(Experiment):
    """Each point is a gate trained with these weights and soft gates, in front of one fixed DSCNN:
    equation 12 with every step reconstructed, as its literal form closes all gates."""

    name: ClassVar[str] = "hyper-parameters"
    title: ClassVar[str] = "Weights of the objective"
    paper: ClassVar[str] = "Section 5.1.1 A, Figure 8"

    def tasks(self, setup: Setup) -> list[Task]:
        """See Experiment."""
        if not setup.preset.sweeps:
            return []
        dscnn = trained.stages(setup, setup.preset.seeds[0])[0]
        tasks = [dscnn]
        for weight, (others, values) in SEARCHES.items():
            for value in values:
                name = _name(weight, value)
                if (weight, value) in SAME:
                    continue
                options: dict[str, Any] = {**others, weight: value, "reading": "soft"}
                gate = trained.attention(setup, dscnn, f"rtsae-{name}", **options)
                needs = {"start": dscnn.name, "attention": gate.name}
                fixed = Task(name, "adopt-gate", {}, needs, seconds=5)
                tasks += [gate, fixed, sweep.evaluated(setup, fixed)]
        return tasks

    def section(self, setup: Setup, results: Results) -> Section:
        """See Experiment."""
        if not setup.preset.sweeps:
            return self.missing(sweep.NOT_IN_PRESET.format(preset=setup.preset.name))
        figures = []
        for weight, (others, values) in SEARCHES.items():
            points = [(value, _name(weight, value)) for value in values]
            fixed = ", ".join(f"{SYMBOLS[name]} {value:g}" for name, value in others.items())
            line = sweep.series(results, "fixed DSCNN", points)
            title = f"Accuracy by {SYMBOLS[weight]}, with {fixed}"
            figures.append(Figure(title, "lines", SYMBOLS[weight], "accuracy", (line,)))
        return Section(
            self.name, self.title, self.paper, (), tuple(figures), (_open(results), measured.LIMITS)
        )

    def claims(self, setup: Setup, results: Results) -> list[Claim]:
        """See Experiment."""
        lowest = {"tau": 0.1, "mu": 1.0, "lam": 0.1}
        return [
            sweep.claim(
                results,
                f"{SYMBOLS[weight]} = {CHOSEN[weight]:g} recognises more than {end:g}.",
                "Section 5.1.1 A, Figure 8",
                _name(weight, CHOSEN[weight]),
                _name(weight, end),
            )
            for weight, end in lowest.items()
        ]


def _name(weight: str, value: float) -> str:
    first, at = SAME.get((weight, value), (weight, value))
    return f"fixed-{first}-{at:g}"


def _open(results: Results) -> str:
    """How many steps the gates open: accuracy alone does not tell a gate that selects from one
    that never closes."""
    cells = [
        (f"{SYMBOLS[weight]} {value:g}", sweep.kept(results, _name(weight, value)).value)
        for weight, (_, values) in SEARCHES.items()
        for value in values
    ]
    known = [f"{name}: {value:.0%}" for name, value in cells if isinstance(value, float)]
    return f"Steps that the gates open: {', '.join(known) or 'not known yet'}."
