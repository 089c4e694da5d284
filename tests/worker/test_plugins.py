"""Methods from outside on the platform: what keys their results, what is used again, what fails."""

import logging
from pathlib import Path

import pytest

from model import methods
from model.errors import PluginFailed
from tests.plugged import HEAD, method, unplugged
from tests.worker.scripted import ScriptedEngine
from worker.keys import analysis_key
from worker.plugins import warn_of_faults
from worker.run_job import run_job
from worker.settings import Settings

BOTH = {"uniform": {"count": 8}, "mine": {}}


@pytest.fixture(autouse=True)
def plug_in(tmp_path: Path):
    """Plug a file of this content in, as each start of a process does."""
    path = tmp_path / "mine.py"

    def plug_in(content: str = "") -> Path:
        path.write_text(f"{HEAD}{method()}{content}")
        methods.plug_in(())
        methods.plug_in((path,))
        return path

    with unplugged():
        yield plug_in


class Failing(ScriptedEngine):
    """An engine that skips `mine`, as `model.analyze` does with a method that fails."""

    def analyze(self, video, methods, *arguments):
        skipped = {"mine": "mine.py: it broke."}
        left = [method for method in methods if method.name != "mine"]
        if not left:
            raise PluginFailed(skipped)
        analysis = super().analyze(video, left, *arguments)
        analysis.provenance["skipped"] = skipped
        return analysis


def test_a_digest_keys_results_of_outside_methods_alone(tmp_path: Path, plug_in) -> None:
    settings = Settings(data_dir=tmp_path)

    def key(asked: dict[str, object]) -> str:
        return analysis_key(settings, "0" * 64, asked, None)

    built_in = key({"uniform": {}})
    plug_in()
    one = key(BOTH)
    plug_in("# edited")
    assert key(BOTH) != one
    plug_in()
    assert key(BOTH) == one
    assert key({"uniform": {}}) == built_in


def test_settings_name_the_files_as_path_does(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, plugins="/a/one.py: b.py::/a/one.py:")
    assert settings.plugin_files == (Path("/a/one.py"), Path("b.py"))
    assert settings.environment()["KAIROSCOPE_PLUGINS"] == settings.plugins
    assert Settings(data_dir=tmp_path).plugin_files == ()


def test_a_service_knows_the_plugins_of_its_settings(settings, plug_in) -> None:
    from worker.service import Service

    path = plug_in()
    methods.plug_in(())
    Service(settings.model_copy(update={"plugins": str(path)})).close()
    assert "mine" in methods.registry()


def test_an_edited_plugin_is_run_again_and_the_others_are_not(service, scripts, plug_in) -> None:
    plug_in()
    video, _ = scripts.add("ok")
    run(service, service.submit(video.id, BOTH))
    again = service.submit(video.id, {"mine": {}})
    run(service, again)
    result = service.result(again.id)
    assert len(scripts.runs(video)) == 1
    assert result["provenance"]["reused"] == ["mine"]
    before = result["provenance"]["plugins"]["mine"]["sha256"]
    uniform = service.submit(video.id, {"uniform": {"count": 8}})
    run(service, uniform)

    plug_in("# edited")
    edited = service.submit(video.id, BOTH)
    run(service, edited)
    assert scripts.runs(video)[1:] == ["mine False"]
    provenance = service.result(edited.id)["provenance"]
    assert provenance["reused"] == ["uniform"]
    assert provenance["plugins"]["mine"]["sha256"] != before


def test_a_skipped_method_is_said_and_tried_again_by_the_next_analysis(
    service, scripts, plug_in
) -> None:
    plug_in()
    video, _ = scripts.add("ok")
    first = service.submit(video.id, BOTH)
    run(service, first, Failing())
    result = service.result(first.id)
    assert list(result["methods"]) == list(result["recognition"]["methods"]) == ["uniform"]
    assert result["provenance"]["skipped"] == {"mine": "mine.py: it broke."}

    second = service.submit(video.id, {**BOTH, "sms": {}})
    run(service, second)  # it is mended, or was lucky
    result = service.result(second.id)
    assert list(result["methods"]) == ["uniform", "mine", "sms"]
    assert result["provenance"]["skipped"] == {}
    assert result["provenance"]["reused"] == ["uniform"]


def test_what_earlier_analyses_found_is_kept_when_all_that_is_new_fails(
    service, scripts, plug_in
) -> None:
    plug_in()
    video, _ = scripts.add("ok")
    run(service, service.submit(video.id, {"uniform": {"count": 8}, "sms": {}}))
    job = service.submit(video.id, BOTH)
    run(service, job, Failing())
    result = service.result(job.id)
    assert list(result["methods"]) == list(result["recognition"]["methods"]) == ["uniform"]
    assert result["provenance"]["skipped"] == {"mine": "mine.py: it broke."}
    alone = service.submit(video.id, {"uniform": {"count": 8}})
    run(service, alone)
    assert service.result(alone.id)["provenance"]["skipped"] == {}


def test_an_analysis_by_nothing_but_a_broken_method_fails(service, scripts, plug_in) -> None:
    plug_in()
    video, _ = scripts.add("ok")
    job = service.submit(video.id, {"mine": {}})
    run(service, job, Failing())
    failed = service.get_job(job.id)
    assert failed.state == "failed"
    assert failed.error["type"] == "urn:kairoscope:problem:plugin-failed"
    assert failed.error["detail"] == "no keyframes by mine: mine.py: it broke"


def test_a_worker_with_another_edition_refuses(service, scripts, plug_in) -> None:
    """Its result would else be found under the digest of the file that the server read."""
    plug_in()
    video, _ = scripts.add("ok")
    job = service.submit(video.id, BOTH)
    plug_in("# edited")
    run(service, job)
    failed = service.get_job(job.id)
    assert failed.error["type"] == "urn:kairoscope:problem:plugin-changed"
    assert scripts.runs(video) == []
    job = service.submit(video.id, BOTH)
    methods.plug_in(())  # a worker without it
    run(service, job)
    assert service.get_job(job.id).error["type"] == "urn:kairoscope:problem:unknown-method"


def test_a_fault_is_a_warning_in_the_log(tmp_path: Path, caplog) -> None:
    methods.plug_in((tmp_path / "none.py",))
    with caplog.at_level(logging.WARNING):
        warn_of_faults()
    [record] = caplog.records
    assert record.getMessage().startswith(f"plug-in {tmp_path / 'none.py'}: It cannot be read")


def run(service, job, engine: ScriptedEngine | None = None) -> None:
    run_job(service, job.id, "worker-1", engine or ScriptedEngine())
