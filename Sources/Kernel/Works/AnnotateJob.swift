import Autoencoders
import Explanations
import FeatureIndex
import Interpretation
import JSON
import JSONRPC
package import Jobs
package import KernelProtocol
import Models
import Tensors
import Tokenization

extension IndexAnnotate: JobRequest {
  package static func work(
    _ params: Params, _ settings: JobSettings
  ) throws -> any JobWork<Engine> {
    try settings.installed.refuse(writingTo: params.index)
    return try AnnotateJob(params)
  }
}

/// `index/annotate` as a job: a block of latents a step.
final class AnnotateJob: JobWork {
  private static let block = 64

  private let params: IndexAnnotate.Params
  private let path: String
  private var phase = Phase.identifying
  /// The first latent that is not looked at yet.
  private var position = 0

  private enum Phase {
    /// The engine says what the index must have been built for.
    case identifying
    case opening(IndexIdentity)
    case looking(FeatureIndexStore)
    /// The engine derives what a block of latents does.
    case deriving(FeatureIndexStore, Range<Int>)
    case writing(FeatureIndexStore, [DerivedFacts], end: Int)
    /// All is written; the file is made to stand alone.
    case closing
  }
  private var latentCount = 0
  private let start = ContinuousClock.now

  init(_ params: IndexAnnotate.Params) throws {
    self.params = params
    path = try FilePath(params.index).path
  }

  func next(_ tools: JobTools) -> JobStep<Engine> {
    switch phase {
    case .identifying:
      .engine { [self] engine in
        phase = .opening(try engine.identity(ofAutoencoder: params.sae))
        return .more
      }
    case .opening(let identity):
      .ownThread { [self] in
        let store = try IndexAccess.reading(path, builtFor: identity, tools)
        latentCount = store.identity.latentCount
        phase = .looking(store)
        return .more
      }
    case .looking(let store): .ownThread { [self] in try look(in: store) }
    case .deriving(let store, let range):
      .engine { [self] engine in
        phase = .writing(store, try derive(range, engine, tools), end: range.upperBound)
        return .more
      }
    case .writing(let store, let derived, let end):
      .ownThread { [self] in
        do {
          try IndexAccess.write(to: path, waiting: 0.2) { try $0.put(derived: derived) }
        } catch FeatureIndexError.busy {
          return .waiting
        } catch FeatureIndexError.diskFull(let path) {
          return .pause("\(FeatureIndexError.diskFull(path: path))")
        }
        position = end
        phase = .looking(store)
        return .more
      }
    case .closing:
      .ownThread { [self] in
        do {
          try IndexAccess.write(to: path, waiting: 0.2) { try $0.checkpoint() }
        } catch FeatureIndexError.busy {
          return .waiting
        }
        return .done(
          try JSONValue(
            encoding: IndexAnnotate.Annotated(
              latents: latentCount, seconds: (ContinuousClock.now - start) / .seconds(1))))
      }
    }
  }

  private func look(in store: FeatureIndexStore) throws -> StepOutcome {
    if let range = try missing(in: store) {
      phase = .deriving(store, range)
      return .more
    }
    position = latentCount
    phase = .closing
    return .more
  }

  private func derive(
    _ range: Range<Int>, _ engine: Engine, _ tools: JobTools
  ) throws -> [DerivedFacts] {
    let resident = try engine.autoencoder(named: params.sae)
    let model = try engine.model(named: resident.modelName).model
    try engine.reserve(
      resident.autoencoder.derivingBytes(decoder: model.decoder, rows: range.count),
      for: "what \(range.count) decoder rows do")
    return try resident.autoencoder.derivedFacts(
      ofLatents: range, decoder: model.decoder, tokens: params.tokens ?? 20,
      neighbours: params.neighbours ?? 20, text: { model.tokenizer.spelledText($0) ?? "" },
      cancellation: tools.cancellation)
  }

  /// The next latents, side by side, of which nothing is kept yet.
  private func missing(in store: FeatureIndexStore) throws -> Range<Int>? {
    while position < latentCount {
      let missing = try store.underivedLatents(from: position, limit: Self.block)
      guard let first = missing.first else {
        position += Self.block
        continue
      }
      let run = zip(missing, first...).prefix { $0 == $1 }.count
      return first..<first + run
    }
    return nil
  }

  var progress: Job.Progress? {
    guard latentCount > 0 else { return nil }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    return Job.Progress(
      done: min(position, latentCount), total: latentCount,
      rate: seconds > 0 ? Double(position) / seconds : nil)
  }
}

extension Engine {
  /// What an index must have been built for to belong to an autoencoder.
  func identity(ofAutoencoder name: String) throws -> IndexIdentity {
    try identity(of: autoencoder(named: name))
  }
}
