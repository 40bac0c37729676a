import Autoencoders
import Explanations
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
  private var phase = Phase.identifying
  private var next = 0

  private enum Phase {
    /// The engine says what the index must have been built for.
    case identifying
    case opening(IndexIdentity)
    case looking(FeatureIndexStore)
    /// The engine derives what a block of latents does.
    case deriving(FeatureIndexStore, Range<Int>)
    case writing(FeatureIndexStore, [DerivedFacts], end: Int)
  }
  private var latents = 0
  private let start = ContinuousClock.now

  init(_ params: IndexAnnotate.Params) throws {
    self.params = params
    path = try FilePath(params.index).path
  }

  var place: JobKind.Place? {
    switch phase {
    case .identifying, .deriving: .engine
    case .opening, .looking, .writing: .ownThread
    }
  }

  func step(_ tools: JobTools) throws -> JobStep {
    switch phase {
    case .identifying:
      phase = .opening(try tools.onEngine.identity(ofAutoencoder: params.sae))
    case .opening(let identity):
      let store = try IndexAccess.reading(path, builtFor: identity, tools)
      latents = store.identity.latents
      phase = .looking(store)
    case .looking(let store):
      guard let range = try missing(in: store) else {
        next = latents
        return .done(
          try JSONValue(
            encoding: IndexAnnotate.Annotated(
              latents: latents, seconds: (ContinuousClock.now - start) / .seconds(1))))
      }
      phase = .deriving(store, range)
    case .deriving(let store, let range):
      phase = .writing(store, try derive(range, tools), end: range.upperBound)
    case .writing(let store, let derived, let end):
      do {
        try IndexAccess.write(to: path, waiting: 0.2) { try $0.put(derived: derived) }
      } catch FeatureIndexError.busy { return .waiting } catch FeatureIndexError.diskFull(let path)
      {
        return .pause("\(FeatureIndexError.diskFull(path: path))")
      }
      next = end
      phase = .looking(store)
    }
    return .more
  }

  private func derive(_ range: Range<Int>, _ tools: JobTools) throws -> [DerivedFacts] {
    let engine = tools.onEngine
    let resident = try engine.autoencoder(named: params.sae)
    let model = try engine.model(named: resident.modelName).model
    try engine.reserve(
      resident.feature.derivingBytes(decoder: model.decoder, rows: range.count),
      for: "what \(range.count) decoder rows do")
    return try resident.feature.derivedFacts(
      ofLatents: range, decoder: model.decoder, tokens: params.tokens ?? 20,
      neighbours: params.neighbours ?? 20, text: { model.tokenizer.tokenText($0) ?? "" },
      cancellation: tools.cancellation)
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
  /// What an index must have been built for to belong to an autoencoder.
  func identity(ofAutoencoder name: String) throws -> IndexIdentity {
    try identity(of: autoencoder(named: name))
  }
}
