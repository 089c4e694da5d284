"""What can go wrong with an upload, by the status tus 1.0 gives it."""

from model.errors import KairoscopeError


class UnsupportedTusVersion(KairoscopeError):
    """Tus-Resumable is missing or names another version."""

    code = "unsupported-tus-version"
    status = 412


class InvalidUploadRequest(KairoscopeError):
    """A header of the upload protocol is missing or malformed."""

    code = "invalid-upload-request"
    status = 400


class UnknownUpload(KairoscopeError):
    """No upload of this id, or it was removed."""

    code = "unknown-upload"
    status = 404


class ExpiredUpload(KairoscopeError):
    """The upload was left unfinished for too long."""

    code = "expired-upload"
    status = 410


class OffsetMismatch(KairoscopeError):
    """Upload-Offset is not the number of bytes held."""

    code = "offset-mismatch"
    status = 409


class WrongContentType(KairoscopeError):
    """A chunk must be application/offset+octet-stream."""

    code = "wrong-content-type"
    status = 415


class UploadTooLarge(KairoscopeError):
    """The upload exceeds the server's limit, or a chunk the declared length."""

    code = "upload-too-large"
    status = 413


class TooManyUploads(KairoscopeError):
    """As many unfinished uploads as the server holds."""

    code = "too-many-uploads"
    status = 429


class UploadLocked(KairoscopeError):
    """Another request holds this upload, or it is just being finished."""

    code = "upload-locked"
    status = 423


class UploadStalled(KairoscopeError):
    """The chunk stopped coming; what came is kept."""

    code = "upload-stalled"
    status = 408


class ChecksumMismatch(KairoscopeError):
    """The chunk is not what Upload-Checksum says."""

    code = "checksum-mismatch"
    status = 460


class ShuttingDown(KairoscopeError):
    """The server is stopping; the bytes received are kept."""

    code = "shutting-down"
    status = 503


class DiskFull(KairoscopeError):
    """No room for the bytes."""

    code = "disk-full"
    status = 507
