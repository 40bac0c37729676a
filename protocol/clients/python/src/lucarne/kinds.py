"""The kinds of failure. Written by protocol/generator from protocol/openrpc.json."""

# fmt: off
from __future__ import annotations

from .errors import RequestFailed


class ModelNotLoaded(RequestFailed):
    """No model is loaded, or none of that name."""


class SaeMismatch(RequestFailed):
    """There is no such autoencoder, or its width or site does not fit the model."""


class ContextNotFound(RequestFailed):
    """There is no such context; it may have been closed."""


class ContextVersionMismatch(RequestFailed):
    """The context has changed; version is its current version."""


class PositionOutOfRange(RequestFailed):
    """A position, span, part or image is outside the context."""


class FeatureOutOfRange(RequestFailed):
    """The autoencoder has fewer latents."""


class UnsupportedTarget(RequestFailed):
    """What is asked cannot be done: the target cannot be computed, the chat template refuses the messages, a
    text makes what stands for a picture. A text that is not one token is answered with tokens, the split it
    gives.
    """


class OutOfMemory(RequestFailed):
    """Refused beforehand, with neededBytes and availableBytes; of a device also what failed on the way, with
    availableBytes alone.
    """


class DeadlineExceeded(RequestFailed):
    """Not done within deadlineMs."""


class ImageUnreadable(RequestFailed):
    """No picture of a format that is read (PNG, JPEG, WebP, GIF, BMP), a damaged one, or one too large."""


class CheckpointInvalid(RequestFailed):
    """The files of a model or an autoencoder are not what they should be."""


class IndexMissing(RequestFailed):
    """There is no feature index."""


class IndexStale(RequestFailed):
    """The index was made for other weights."""


class JobNotFound(RequestFailed):
    """There is no such job."""


class Busy(RequestFailed):
    """Too many requests are waiting."""


class NumericalFailure(RequestFailed):
    """A number was not finite."""


class PathDenied(RequestFailed):
    """The path is not absolute, or may not be read."""


class IoError(RequestFailed):
    """A file could not be read or written."""


class VisionUnavailable(RequestFailed):
    """The kernel has no vision worker, it does not start, or it cannot do what is asked."""


class DeviceUnavailable(RequestFailed):
    """There is no such device, PyTorch's libraries cannot be used, or the device failed. Of one that is lost
    models are loaded on the processor again and their contexts are closed.
    """


class ConnectionLost(RequestFailed):
    """The kernel's machine cannot be reached, or the line to it was cut before the answer came. lucarne attach
    --ssh answers so; what was open is gone.
    """


BY_KIND: dict[str | None, type[RequestFailed]] = {
    "modelNotLoaded": ModelNotLoaded,
    "saeMismatch": SaeMismatch,
    "contextNotFound": ContextNotFound,
    "contextVersionMismatch": ContextVersionMismatch,
    "positionOutOfRange": PositionOutOfRange,
    "featureOutOfRange": FeatureOutOfRange,
    "unsupportedTarget": UnsupportedTarget,
    "outOfMemory": OutOfMemory,
    "deadlineExceeded": DeadlineExceeded,
    "imageUnreadable": ImageUnreadable,
    "checkpointInvalid": CheckpointInvalid,
    "indexMissing": IndexMissing,
    "indexStale": IndexStale,
    "jobNotFound": JobNotFound,
    "busy": Busy,
    "numericalFailure": NumericalFailure,
    "pathDenied": PathDenied,
    "ioError": IoError,
    "visionUnavailable": VisionUnavailable,
    "deviceUnavailable": DeviceUnavailable,
    "connectionLost": ConnectionLost,
}
