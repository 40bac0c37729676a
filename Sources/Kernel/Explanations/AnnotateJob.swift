import Autoencoders
import FeatureIndex
import Interpretation
import JSON
import JSONRPC
import KernelProtocol
import Models
import Tensors
import Tokenization

/// `index/annotate` as a job: a block of latents a step.
final class AnnotateJob: JobWork {
  private static let block = 64

  private let params: IndexAnnotate.Params
  private let path: String
  private var next = 0
  private var latents = 0
  private let start = ContinuousClock.now

  init(_ params: IndexAnnotate.Params) throws {
    self.params = params
    path = try FilePath(params.index).path
  }

  func step(_ tools: JobTools) throws -> JobStep {
    guard let engine = tools.engine else {
      preconditionFailure("annotating runs on the engine's thread")
    }
    let resident = try engine.autoencoder(named: params.sae)
    let store = try engine.openIndex(path, for: resident)
    latents = store.identity.latents
    guard let range = try missing(in: store) else {
      next = latents
      return .done(
        try JSONValue(
          encoding: IndexAnnotate.Annotated(
            latents: latents, seconds: (ContinuousClock.now - start) / .seconds(1))))
    }
    let model = try engine.model(named: resident.modelName).model
    try engine.reserve(
      resident.feature.derivingBytes(decoder: model.decoder, rows: range.count),
      for: "what \(range.count) decoder rows do")
    let derived = try resident.feature.derivedFacts(
      ofLatents: range, decoder: model.decoder, tokens: params.tokens ?? 20,
      neighbours: params.neighbours ?? 20, text: { model.tokenizer.tokenText($0) ?? "" },
      cancellation: tools.cancellation)
    do {
      try IndexAccess.write(to: path, waiting: 0.2) { try $0.put(derived: derived) }
    } catch FeatureIndexError.busy { return .waiting } catch FeatureIndexError.diskFull(let path) {
      return .pause("\(FeatureIndexError.diskFull(path: path))")
    }
    next = range.upperBound
    return .more
  }

  /// The next latents, side by side, of which nothing is kept yet.
  private func missing(in store: FeatureIndexStore) throws -> Range<Int>? {
    while next < latents {
      let missing = try store.underivedLatents(from: next, limit: Self.block)
      guard let first = missing.first else {
        next += Self.block
        continue
      }
      let run = zip(missing, first...).prefix { $0 == $1 }.count
      return first..<first + run
    }
    return nil
  }

  var progress: Job.Progress? {
    guard latents > 0 else { return nil }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    return Job.Progress(
      done: min(next, latents), total: latents, rate: seconds > 0 ? Double(next) / seconds : nil)
  }
}

extension Engine {
  /// An index that was built for an autoencoder, for reading.
  /// - Throws: `FeatureIndexError.stale` for one that was built for another.
  func openIndex(_ path: String, for resident: ResidentAutoencoder) throws -> FeatureIndexStore {
    let store = try FeatureIndexStore.open(at: path)
    let identity = try identity(of: resident)
    guard store.identity == identity else {
      throw FeatureIndexError.stale(
        path: path, reason: identity.difference(from: store.identity))
    }
    return store
  }
}
