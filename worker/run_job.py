"""A job from claim to result: first what the page needs to play the video, then the analysis."""

import json
from collections.abc import Mapping
from contextlib import suppress

from sqlalchemy import select, update

from model import methods as registered
from model.errors import KairoscopeError, PluginFailed
from model.types import Analysis
from worker import leases, reuse
from worker.attempt import Attempt
from worker.blobs import result_key
from worker.database import JobRow, VideoRow, WorkerRow
from worker.engine import Engine
from worker.errors import CheckpointChanged, LeaseLost, NotFound, PluginChanged
from worker.keys import analysis_key
from worker.models import reads_gate, recogniser, weights_path
from worker.progress import Reporter
from worker.scratch import scratch
from worker.service import Service
from worker.types import Job, Video


def run_job(service: Service, job_id: str, worker_id: str, engine: Engine) -> None:
    """Run the job if it is waiting; otherwise (done, owned, cancelled, unknown) do nothing."""
    lease = leases.claim(service.database, job_id, worker_id, service.settings.lease_s)
    if lease is None:
        return
    try:
        job = service.get_job(job_id)
        video = service.get_video(job.video_id)
    except NotFound:  # deleted since the claim
        with suppress(LeaseLost):
            lease.finish("cancelled")
        return
    with Attempt(lease) as attempt:
        _Run(service, job, video, engine, attempt).run()
    _forget_if_deleted(service, video)


class _Run:
    """One attempt's work."""

    def __init__(
        self, service: Service, job: Job, video: Video, engine: Engine, attempt: Attempt
    ) -> None:
        self.service, self.job, self.video = service, job, video
        self.engine, self.attempt = engine, attempt
        self.plan = reuse.plan(service, video, job)
        self.reporter = Reporter(
            attempt.lease,
            methods=len(self.plan.missing),
            recognition=_recognises(service),
            derivatives=not video.derivatives_ready,
            shown=job.progress,
        )
        self.original = service.blobs.local_path(f"videos/{video.id}/original")

    def run(self) -> None:
        """Derivatives, analysis, result. Raises what stops the job."""
        if not self.video.derivatives_ready:
            self._derive()
        with self.service.database.read() as session:
            key = session.get_one(JobRow, self.job.id).key
        self._check_unchanged(key)
        document = reuse.merge(self.plan, *self._computed())
        document["provenance"]["file"] = self.video.name
        content = json.dumps(document, allow_nan=False).encode()
        self.attempt.check()
        self.service.blobs.put(result_key(self.video.sha256, key), content)
        self.attempt.lease.write(result_bytes=len(content))

    def _check_unchanged(self, key: str) -> None:
        """Raise PluginChanged or CheckpointChanged where this process has another one than the
        process that made the key: an edited file's result must not be found under the digest of
        the file before."""
        settings, asked, checkpoint = self.service.settings, self.job.methods, self.job.attention
        sha256, keyframes = self.video.sha256, self.job.keyframes
        if key == analysis_key(settings, sha256, asked, keyframes, checkpoint):
            return
        if checkpoint:
            raise CheckpointChanged(
                f"the checkpoint {checkpoint}, or the program, changed since the analysis was "
                "asked for",
                "Ask for it again.",
            )
        if outside := registered.origins(asked):
            raise PluginChanged(
                f"{', '.join(outside)}: the plug-in changed since the analysis was asked for",
                "Restart the server, so that all of it reads the plug-in anew; then ask again.",
            )

    def _computed(self) -> tuple[Analysis | None, Mapping[str, str]]:
        """What was missing, if anything, and why methods from outside were skipped.

        Raises PluginFailed when no method is left, those of earlier analyses included.
        """
        if not self.plan.missing:
            return None, {}
        try:
            analysis = self._analyze()
        except PluginFailed as error:
            if not self.plan.kept:
                raise
            return None, error.skipped
        return analysis, analysis.provenance.get("skipped", {})

    def _derive(self) -> None:
        def on_progress(done: int, total: int | None) -> None:
            self.attempt.check()
            self.reporter.derivatives(done, total)

        with scratch(self.service.settings, self.job.id) as folder:
            self.engine.derive(self.original, folder, on_progress)
            paths = list(folder.iterdir())
            for path in paths:
                self.service.blobs.put(f"videos/{self.video.id}/{path.name}", path)
            size = sum(path.stat().st_size for path in paths)
        self._update_video(derivatives_ready=True, derived_bytes=size)

    def _analyze(self) -> Analysis:
        attention = self.plan.attention or reads_gate(self.service.settings)
        networks = attention or _recognises(self.service)
        device = self.engine.device() if networks else "cpu"
        self._runs_on(device)
        weights = weights_path(self.service.settings, self.job.attention)
        analysis = self.engine.analyze(
            self.original,
            [
                registered.get(name).from_parameters(parameters)
                for name, parameters in self.plan.missing.items()
            ],
            self.job.keyframes,
            weights if attention else None,
            self.reporter.analysis,
            self.attempt.should_stop,
        )
        found = analysis.provenance
        network = found.get("attention") or found.get("recognition") or {}
        self._runs_on(network.get("device", device))
        info = analysis.clip.info
        self._update_video(
            frames=info.frames, duration_s=info.duration_s, warnings=list(info.warnings)
        )
        return analysis

    def _runs_on(self, device: str) -> None:
        self.attempt.lease.write(device=device)
        mine = select(JobRow.worker_id).where(JobRow.id == self.job.id).scalar_subquery()
        with self.service.database.write() as session:
            session.execute(update(WorkerRow).where(WorkerRow.id == mine).values(device=device))

    def _update_video(self, **values: object) -> None:
        with self.service.database.write() as session:
            session.execute(update(VideoRow).where(VideoRow.id == self.video.id).values(**values))


def _recognises(service: Service) -> bool:
    """Whether the settings name a recogniser that is there."""
    try:
        return recogniser(service.settings) is not None
    except KairoscopeError:  # the engine raises it, too, and the job says it
        return True


def _forget_if_deleted(service: Service, video: Video) -> None:
    """Remove what this attempt stored after its video was deleted for good."""
    if not service.library.holds(video.id):
        service.library.forget(video.id, video.sha256)
