"""Failures of the platform itself, in the shape of model.errors."""

from model.errors import KairoscopeError


class NotFound(KairoscopeError):
    """No video, job or result of this id."""

    code = "not-found"
    status = 404


class Conflict(KairoscopeError):
    """The request does not fit the state of the job, e.g. cancelling a finished one."""

    code = "conflict"
    status = 409


class IdempotencyConflict(KairoscopeError):
    """An Idempotency-Key came again with another request."""

    code = "idempotency-conflict"
    status = 422


class StorageFull(KairoscopeError):
    """The blob store has no room left."""

    code = "storage-full"
    status = 507


class WorkerDied(KairoscopeError):
    """The worker process died on this job each time it was tried."""

    code = "worker-died"


class LeaseLost(KairoscopeError):
    """The job now belongs to another worker, or to none: stop without a trace."""

    code = "lease-lost"
    status = 409


class CannotServe(KairoscopeError):
    """The server cannot start: its port or data directory is taken, or a part keeps dying."""

    code = "cannot-serve"


class PluginChanged(KairoscopeError):
    """A plug-in is not the one with which the analysis was asked for."""

    code = "plugin-changed"
    status = 409


class CheckpointChanged(KairoscopeError):
    """An attention checkpoint is not the one with which the analysis was asked for."""

    code = "checkpoint-changed"
    status = 409


class InternalError(KairoscopeError):
    """An unexpected error: a bug, whose details are in the log only."""

    code = "internal-error"
