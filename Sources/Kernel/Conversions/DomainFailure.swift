import Autoencoders
import Benchmarks
import Checkpoints
import Corpora
import Explanations
import FeatureIndex
import Images
import Indexing
import Interpretation
internal import JSON
import JSONRPC
import KernelProtocol
import Models
import PromptFiles
import Tensors
import Tokenization
import Torch
import VisionWorkers

/// What an error of a room below is on the wire; nil for one that is none of the domain's.
func domainFailure(_ error: any Error) -> ResponseFailure? {
  switch error {
  case let failure as ResponseFailure: return failure
  case let error as DomainError: return error.failure
  case let error as KernelError: return domainError(error).failure
  case let error as InterpretationError:
    return DomainError(kind(of: error), error.description).failure
  case let error as PromptFolderError: return DomainError(.pathDenied, error.description).failure
  case let error as CorpusError: return DomainError(kind(of: error), error.description).failure
  case let error as ConceptError: return DomainError(.ioError, error.description).failure
  case let error as ModelError: return DomainError(kind(of: error), error.description).failure
  case AutoencoderError.file(let error): return domainFailure(error)
  case let error as AutoencoderError:
    return DomainError(kind(of: error), error.description).failure
  case let error as CheckpointError: return domainError(error).failure
  case let error as TokenizationError:
    return DomainError(kind(of: error), error.description).failure
  case let error as ImageError: return DomainError(kind(of: error), error.description).failure
  case let error as FeatureIndexError:
    return DomainError(kind(of: error), error.description).failure
  case let error as VisionError: return DomainError(.visionUnavailable, error.description).failure
  case let error as QuestionSetError:
    return DomainError(.unsupportedTarget, error.description).failure
  case let error as AnswerSheetError:
    return DomainError(kind(of: error), error.description).failure
  case let error as IndexPictureError:
    return DomainError(.imageUnreadable, error.description, hint: error.hint).failure
  case let error as TorchError: return domainError(error).failure
  case let error as TensorError: return DomainError(.ioError, "\(error)").failure
  default: return nil
  }
}

/// The limit by its names on the command line and on the wire.
private let memoryLimitOptions =
  "the limit (--memory-limit, or memoryLimit among the initializationOptions of initialize)"

private func domainError(_ error: CheckpointError) -> DomainError {
  guard case .memory(_, let needed, let available) = error else {
    return DomainError(.checkpointInvalid, error.description)
  }
  return .outOfMemory(
    error.description, neededBytes: needed, availableBytes: available,
    hint: "close contexts or raise \(memoryLimitOptions)")
}

private func domainError(_ error: KernelError) -> DomainError {
  let text = error.description
  switch error {
  case .modelNotLoaded: return DomainError(.modelNotLoaded, text)
  case .contextNotFound: return DomainError(.contextNotFound, text)
  case .saeNotLoaded: return DomainError(.saeMismatch, text, hint: "load it with sae/load")
  case .saeMismatch: return DomainError(.saeMismatch, text)
  case .pathDenied: return DomainError(.pathDenied, text)
  case .notFound: return DomainError(.ioError, text)
  case .outOfMemory(_, let needed, let available):
    return .outOfMemory(
      text, neededBytes: needed, availableBytes: available,
      hint: "close contexts, shorten the prompt or raise \(memoryLimitOptions)")
  case .tooManyContexts: return DomainError(.busy, text, hint: "use context/close")
  case .contextVersionMismatch: return DomainError(.contextVersionMismatch, text)
  case .unsupportedTarget(_, let split):
    return DomainError(
      .unsupportedTarget, text, details: ["tokens": .array(split.prefix(1000).map { .string($0) })])
  case .ambiguousToken(_, let ids, _):
    return DomainError(
      .unsupportedTarget, text,
      details: ["ids": .array(ids.prefix(1000).map { .integer(Int64($0)) })])
  case .deviceUnavailable: return DomainError(.deviceUnavailable, text)
  case .unsupported: return DomainError(.unsupportedTarget, text)
  }
}

private func domainError(_ error: TorchError) -> DomainError {
  let text = error.description
  switch error {
  case .noLibrary, .noDevice, .failed, .deviceLost: return DomainError(.deviceUnavailable, text)
  case .unsupported: return DomainError(.unsupportedTarget, text)
  case .outOfMemory(_, _, let free, _, _):
    return DomainError(
      .outOfMemory, text,
      hint: "what contexts kept to save time has been given back: ask again, or close contexts",
      details: ["availableBytes": .integer(Int64(free))])
  }
}

private func kind(of error: InterpretationError) -> DomainError.Kind {
  switch error {
  case .positionOutOfRange, .badRegion: .positionOutOfRange
  case .featureOutOfRange: .featureOutOfRange
  case .tokenOutOfRange, .pictureWithoutRows, .unsupportedTarget, .badValue: .unsupportedTarget
  case .nonFinite: .numericalFailure
  }
}

private func kind(of error: CorpusError) -> DomainError.Kind {
  switch error {
  case .unreadable: .ioError
  case .badShard: .unsupportedTarget
  }
}

private func kind(of error: ModelError) -> DomainError.Kind {
  switch error {
  case .nonFinite: .numericalFailure
  case .emptyPrompt, .promptTooLong: .positionOutOfRange
  case .picturesNotSupported, .textHoldsImageToken, .textHoldsVideoToken, .videosNotSupported,
    .framesNotSupported, .frames, .textsMakeImageToken,
    .picturesLeftOut, .pictureInTurn, .templateCannotRender, .tokenOutOfRange, .invalidSampling:
    .unsupportedTarget
  case .unsupported, .inconsistent: .checkpointInvalid
  }
}

/// Whether a template is asked for, and what it is given, is the request's.
private func kind(of error: TokenizationError) -> DomainError.Kind {
  switch error {
  case .refusedByTemplate, .noTemplate: .unsupportedTarget
  case .unreadable, .malformed, .unsupported, .template, .overBudget, .stopped: .checkpointInvalid
  }
}

private func kind(of error: ImageError) -> DomainError.Kind {
  switch error {
  case .ofFile(_, let reason): kind(of: reason)
  case .invalidConfiguration: .checkpointInvalid
  case .scoreNotFinite: .numericalFailure
  case .encodingFailed: .ioError
  case .unreadable, .notAPicture, .damaged, .unsupported, .tooLarge, .empty, .wrongCount:
    .imageUnreadable
  }
}

private func kind(of error: AutoencoderError) -> DomainError.Kind {
  switch error {
  case .latentOutOfRange: .featureOutOfRange
  case .rowsOutOfRange: .positionOutOfRange
  case .value, .notFinite: .numericalFailure
  case .mismatch, .layerNotChosen, .site: .saeMismatch
  case .writing: .ioError
  case .nothingToReselect, .signedActivations: .unsupportedTarget
  case .notAnAutoencoder, .configuration, .cache, .file, .checkpoint:
    .checkpointInvalid
  }
}

private func kind(of error: AnswerSheetError) -> DomainError.Kind {
  switch error.kind {
  case .busy: .busy
  case .invalid, .otherSettings: .unsupportedTarget
  case .diskFull, .unwritable: .ioError
  }
}

private func kind(of error: FeatureIndexError) -> DomainError.Kind {
  switch error {
  case .missing: .indexMissing
  case .stale: .indexStale
  case .busy: .busy
  case .value: .unsupportedTarget
  case .invalid, .newer, .cutOff, .unreachable, .diskFull, .exists, .interrupted, .inputOutput:
    .ioError
  }
}
