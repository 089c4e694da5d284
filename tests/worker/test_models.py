"""Which checkpoints there are, and an analysis by another one than that in use."""

from pathlib import Path

import pytest

from model.errors import InvalidParameter
from tests.checkpoints import write_checkpoint, write_recogniser
from tests.worker.scripted import ScriptedEngine
from worker.models import attention_names, models, reads_gate, weights_path
from worker.run_job import run_job
from worker.settings import Settings


class Noting(ScriptedEngine):
    """Notes the checkpoints it was given."""

    def __init__(self) -> None:
        self.given: list[Path | None] = []

    def analyze(self, *arguments):
        self.given.append(arguments[3])
        return super().analyze(*arguments)


@pytest.fixture
def mine(settings) -> Path:
    """A checkpoint of somebody's own, put beside the pulled ones."""
    return write_checkpoint(settings.data_dir / "weights" / "mine.safetensors")


def test_shipped_and_own_checkpoints_are_listed_those_in_use_first(tmp_path):
    own = write_checkpoint(tmp_path / "weights" / "mine.safetensors", sigma=1.5)
    found = models(Settings(data_dir=tmp_path))
    assert [(m.name, m.in_use) for m in found] == [
        ("attention", True), ("compact", True), ("mine", False),
    ]  # fmt: skip
    assert found[2].learned == {"sigma": pytest.approx(1.5)}
    chosen = Settings(data_dir=tmp_path, weights=own, recognizer="none")
    assert [(m.name, m.in_use) for m in models(chosen)] == [
        ("mine", True), ("attention", False), ("compact", False),
    ]  # fmt: skip
    assert attention_names(chosen) == ["mine", "attention"]


def test_a_recogniser_that_was_trained_on_keyframes_of_the_gate_needs_it(tmp_path):
    def needs(name, recognizer="arch", **card):
        path = write_recogniser(tmp_path / f"{name}.safetensors", recognizer, **card)
        return reads_gate(
            Settings(data_dir=tmp_path, recognizer=recognizer, recognizer_weights=path)
        )

    assert needs("attended", origin={"selection": "rtsae", "attention_sha256": "0" * 64})
    assert not needs("sampled", origin={"selection": "average"})
    assert not needs("unknown", origin={"selection": "nosuch"})
    assert not needs("features", "c3d", origin={"backbone": "random weights"})
    assert not needs("silent")
    assert not reads_gate(Settings(data_dir=tmp_path))  # the shipped recogniser has its own gate
    assert not reads_gate(Settings(data_dir=tmp_path, recognizer="none"))
    assert not reads_gate(Settings(data_dir=tmp_path, recognizer="i3d"))  # which is not there


def test_two_files_of_one_name_are_told_apart(tmp_path):
    elsewhere = write_checkpoint(tmp_path / "elsewhere" / "attention.safetensors")
    settings = Settings(data_dir=tmp_path, weights=elsewhere)
    first, second = attention_names(settings)
    assert first == "attention"
    shipped = next(m for m in models(settings) if m.name == second)
    assert second == f"attention-{shipped.sha256[:8]}"
    assert weights_path(settings, first) == elsewhere
    assert weights_path(settings, second) == weights_path(Settings(data_dir=tmp_path))


def test_what_cannot_be_used_is_listed_with_the_reason(tmp_path):
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "torn.safetensors").write_bytes(b"torn")
    gone = tmp_path / "gone.safetensors"
    settings = Settings(data_dir=tmp_path, weights=gone, recognizer="i3d")
    faults = {m.name: m.fault for m in models(settings) if m.fault}
    assert list(faults) == ["gone", "torn", "i3d"]
    assert "no checkpoint at" in faults["gone"]
    assert "not a safetensors file" in faults["torn"]
    assert "kairoscope weights pull i3d-kinetics400" in faults["i3d"]
    assert attention_names(settings) == ["attention"]


def test_another_checkpoint_is_another_analysis_and_runs_on_it(service, scripts, mine):
    video, usual = scripts.add("ok")
    engine = Noting()
    run_job(service, usual.id, "w", engine)
    job = service.submit(video.id, attention="mine")
    assert (job.attention, job.id != usual.id) == ("mine", True)
    assert service.submit(video.id, attention="mine").id == job.id
    run_job(service, job.id, "w", engine)
    assert engine.given == [weights_path(service.settings), mine]
    assert service.get_job(job.id).state == "done"
    again = service.submit(video.id, {"sms": {}}, attention="mine")
    run_job(service, again.id, "w", engine)
    assert service.result(again.id)["provenance"]["reused"] == ["sms"]
    assert len(engine.given) == 2


def test_the_one_in_use_by_its_name_is_the_usual_analysis(service, scripts):
    video, usual = scripts.add("ok")
    assert service.submit(video.id, attention="attention").id == usual.id


def test_a_name_that_is_not_there_is_refused_with_the_known_ones(service, scripts, mine):
    video, _ = scripts.add("ok")
    for name in ("nothing", "compact", "../mine"):
        with pytest.raises(InvalidParameter) as caught:
            service.submit(video.id, attention=name)
        assert caught.value.hint == "Known: attention, mine."
        assert caught.value.pointer == "/attention"


@pytest.mark.parametrize("gone", [False, True])
def test_a_checkpoint_that_changed_while_a_job_waited_fails_it(service, scripts, mine, gone):
    video, _ = scripts.add("ok")
    job = service.submit(video.id, attention="mine")
    if gone:
        mine.unlink()
    else:
        write_checkpoint(mine, sigma=9.0)
    run_job(service, job.id, "w", ScriptedEngine())
    failed = service.get_job(job.id)
    assert failed.state == "failed"
    assert failed.error["type"].rsplit(":", 1)[1] == (
        "invalid-parameter" if gone else "checkpoint-changed"
    )
