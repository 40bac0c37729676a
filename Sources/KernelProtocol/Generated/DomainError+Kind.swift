// Written by protocol/generator from protocol/openrpc.json.

import JSONRPC

extension DomainError {
  package enum Kind: String, WireName {
    /// No model is loaded, or none of that name.
    case modelNotLoaded
    /// There is no such autoencoder, or its width or site does not fit the model.
    case saeMismatch
    /// There is no such context; it may have been closed.
    case contextNotFound
    /// The context has changed; version is its current version.
    case contextVersionMismatch
    /// A position, span, part or image is outside the context.
    case positionOutOfRange
    /// The autoencoder has fewer latents.
    case featureOutOfRange
    /// What is asked cannot be done: the target cannot be computed, the chat template refuses the
    /// messages, a text makes what stands for a picture. A text that is not one token is answered
    /// with tokens, the split it gives.
    case unsupportedTarget
    /// Refused beforehand, with neededBytes and availableBytes; of a device also what failed on the
    /// way, with availableBytes alone.
    case outOfMemory
    /// Not done within deadlineMs.
    case deadlineExceeded
    /// No picture of a format that is read (PNG, JPEG, WebP, GIF, BMP), a damaged one, or one too
    /// large.
    case imageUnreadable
    /// The files of a model or an autoencoder are not what they should be.
    case checkpointInvalid
    /// There is no feature index.
    case indexMissing
    /// The index was made for other weights.
    case indexStale
    /// There is no such job.
    case jobNotFound
    /// Too many requests are waiting.
    case busy
    /// A number was not finite.
    case numericalFailure
    /// The path is not absolute, or may not be read.
    case pathDenied
    /// A file could not be read or written.
    case ioError
    /// The kernel has no vision worker, it does not start, or it cannot do what is asked.
    case visionUnavailable
    /// There is no such device, PyTorch's libraries cannot be used, or the device failed. Of one
    /// that is lost models are loaded on the processor again and their contexts are closed.
    case deviceUnavailable
    /// The kernel's machine cannot be reached, or the line to it was cut before the answer came.
    /// lucarne attach --ssh answers so; what was open is gone.
    case connectionLost
  }
}
