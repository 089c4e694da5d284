"""What each stream of RTSAE-DSCNN recognises without the other."""

from dataclasses import dataclass
from typing import Any, ClassVar

from model.errors import UnreadableVideo
from model.reproduction import clips
from model.reproduction.protocol import Context, Protocol
from model.reproduction.protocols.recognition import dscnn_of, work_of


@dataclass(frozen=True)
class Streams(Protocol):
    """`clips_per_class` test clips of each class (0: all), at the steps that the network's own gate
    opens: by both streams, and by one with the features of the other 0. `w_f` is the learned
    weight of T-Net, S-Net's being 1 (equation 16)."""

    name: ClassVar[str] = "streams"
    roles: ClassVar[tuple[str, ...]] = ("network",)

    clips_per_class: int = 10

    def run(self, context: Context) -> dict[str, Any]:
        """See Protocol. Clips that cannot be read are left out, and named."""
        from model.evaluation.lengths import measured
        from model.evaluation.recognition import GATE, OWN, Group, Tally
        from model.features.types import Shots
        from model.networks.dscnn import RTSAEDSCNN
        from model.recognisers.rtsae_dscnn import RTSAEDSCNNRecogniser

        work = work_of(context, ())
        one = dscnn_of(context, work)
        assert isinstance(one.network, RTSAEDSCNN)
        reader = RTSAEDSCNNRecogniser(one.network, dict(one.card))
        samples = clips.of_test(context.dataset, self.clips_per_class)
        labelled, faults = measured(context.dataset, samples, work)
        if not labelled:
            raise UnreadableVideo("no test clip can be read", faults[0].message)
        usable = list(labelled)
        sees = [(one.path, one.network.front.recipe, reader.most_steps)]
        decoded = work.decoded(Group(OWN), sees, [sample.path for sample in usable])
        tally = Tally()
        for number, sample in enumerate(usable, 1):
            seen = decoded.get(sample.path)
            session = reader.open(Shots(seen.index_T, seen.time_T, seen.rgb_THWC, seen.flow_THWC))
            for name, found in {GATE: session.whole(), **session.streams()}.items():
                kept = len(found.step_M) / len(session.shots)
                tally.add(name, [int(found.probability_C.argmax())], sample.label, kept)
            context.on_progress("streams", number, len(usable))
        outcomes = tally.outcomes(context.dataset.classes, list(labelled.values()))
        return {
            "w_f": float(reader.network.head.w_f),
            "left_out": {fault.path.name: fault.message for fault in faults},
            "outcomes": outcomes.to_json(),
        }
