"""The one error hierarchy: every failure a user can meet has a code, a cause and a fix."""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar


class KairoscopeError(Exception):
    """A failure with a stable code, a message (the cause, wanted versus got) and a hint (the fix).

    `code` is the last part of the problem type in REST answers (RFC 9457) and never changes.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def to_problem(self) -> dict[str, object]:
        """This error as an RFC 9457 problem object."""
        return {
            "type": f"urn:kairoscope:problem:{self.code}",
            "title": self.code.replace("-", " "),
            "status": self.status,
            "detail": self.message,
            "hint": self.hint,
        }


class UnreadableVideo(KairoscopeError):
    """The input cannot be used: empty, no video stream, undecodable, or a forbidden container."""

    code = "unreadable-video"
    status = 422


class VideoTooLarge(UnreadableVideo):
    """The input exceeds a limit on pixels, frames, duration, bytes or memory."""

    code = "video-too-large"


class InvalidParameter(KairoscopeError):
    """A parameter is unknown, of the wrong type or out of its range.

    `pointer` is the JSON pointer of the offending field, e.g. `/methods/sms/prominence`.
    """

    code = "invalid-parameter"
    status = 422

    def __init__(self, message: str, hint: str = "", pointer: str = "") -> None:
        super().__init__(message, hint)
        self.pointer = pointer

    def to_problem(self) -> dict[str, object]:
        """The problem object with `errors` naming the field, where it is known."""
        problem = super().to_problem()
        if self.pointer:
            problem["errors"] = [{"pointer": self.pointer, "detail": self.message}]
        return problem


class UnknownMethod(InvalidParameter):
    """No keyframe method of this name exists."""

    code = "unknown-method"


class PluginFailed(KairoscopeError):
    """Methods from outside the repository failed: `skipped` has a sentence for each by its name."""

    code = "plugin-failed"

    def __init__(self, skipped: Mapping[str, str]) -> None:
        causes = "; ".join(f"{name}: {cause.rstrip('.')}" for name, cause in skipped.items())
        super().__init__(f"no keyframes by {causes}", "Correct the plug-in, or choose others.")
        self.skipped = dict(skipped)


class InvalidCheckpoint(KairoscopeError):
    """A checkpoint is missing, damaged, not safetensors, or of another model."""

    code = "invalid-checkpoint"
    status = 422


class InvalidDataset(KairoscopeError):
    """A folder of clips is not laid out as its data set's reader expects, or a list is wrong."""

    code = "invalid-dataset"
    status = 422


class CannotWrite(KairoscopeError):
    """A result cannot be written where it was asked for."""

    code = "cannot-write"

    @classmethod
    def at(cls, path: Path | str, error: OSError) -> "CannotWrite":
        """Of this file or folder, for the reason that the system gives."""
        cause = f"{path} cannot be written: {error.strerror or error}"
        return cls(cause, "Name a place that you may write to.")


class TrainingDiverged(KairoscopeError):
    """A loss or gradient is no longer finite."""

    code = "training-diverged"


class InvalidValue(KairoscopeError):
    """An internal value broke an invariant of `model.types`: a bug, not bad input."""

    code = "invalid-value"


class Cancelled(KairoscopeError):
    """The user asked for the work to stop."""

    code = "cancelled"
    status = 409
