import FeatureIndex
import Interpretation
import JSONRPC
import KernelProtocol
import Models
import Tensors
import Tokenization

extension FeatureInfo: EngineThenShelfAnswerable {
  /// What the weights say, and what an index must have been built for to say more.
  struct Derived: Sendable {
    var result: Result
    let identity: IndexIdentity
  }

  static func prepare(_ params: Params, engine: Engine, call: Call) throws -> Derived {
    let resident = try engine.autoencoder(named: params.feature.sae)
    let model = try engine.model(named: resident.modelName).model
    let found = try resident.autoencoder.information(
      ofLatent: params.feature.index, decoder: model.decoder, count: params.topK ?? 10,
      cancellation: Cancellation(call))
    func effects(_ effects: [FeatureInformation.TokenEffect]) -> [TokenEffect] {
      effects.map {
        TokenEffect(
          token: $0.token, text: model.tokenizer.spelledText($0.token) ?? "",
          value: Double($0.effect)
        )
      }
    }
    let result = Result(
      stats: Stats(
        decoderNorm: Double(found.decoderNorm), encoderBias: Double(found.encoderBias),
        frequency: nil, mean: nil, max: nil, views: nil),
      explanation: nil,
      logits: Logits(promoted: effects(found.promoted), suppressed: effects(found.suppressed)),
      neighbours: found.neighbours.map {
        Neighbour(
          feature: FeatureRef(sae: params.feature.sae, index: $0.latent),
          cosine: Double($0.cosine))
      }, coactive: nil)
    return Derived(result: result, identity: try engine.identity(of: resident))
  }

  static func answer(
    _ params: Params, _ derived: Derived, shelf: IndexShelf, call: Call
  ) throws -> Result {
    var result = derived.result
    guard
      let seen = try IndexedFeature(
        params.feature, identity: derived.identity, shelf: shelf, count: params.topK ?? 10)
    else { return result }
    (result.stats.frequency, result.stats.mean) = (seen.frequency, seen.mean)
    (result.stats.max, result.stats.views) = (seen.max, seen.views)
    (result.explanation, result.coactive) = (seen.explanation, seen.coactive)
    return result
  }
}

/// What an index knows of a feature.
private struct IndexedFeature {
  let views: [FeatureStatistics]
  let frequency: Double?
  let mean: Double?
  let max: Double?
  let explanation: FeatureInfo.Explanation?
  let coactive: [CoactiveFeature]

  /// - Returns: nil where no index of the feature's autoencoder is open.
  /// - Throws: `FeatureIndexError.stale` where the one that the kernel was
  ///   started with is another's.
  init?(_ feature: FeatureRef, identity: IndexIdentity, shelf: IndexShelf, count: Int) throws {
    shelf.adopt(by: feature.sae, identity: identity)
    let entry: IndexShelf.Entry
    do { entry = try shelf.entry(named: nil, autoencoder: feature.sae) } catch let error
      as DomainError
      where error.kind == .indexMissing
    { return nil }
    let store = entry.store
    guard store.identity == identity else {
      throw FeatureIndexError.stale(
        path: store.path, reason: identity.difference(from: store.identity))
    }
    let found = try store.statistics(ofLatent: feature.index)
    let facts = try store.facts()
    views = store.options.knownViews.compactMap { view in
      found[view].map {
        FeatureStatistics($0, view: view, positions: facts.positions[view] ?? 0)
      }
    }
    let active = found.values.reduce(0) { $0 + $1.positions }
    let all = facts.positions.values.reduce(0, +)
    frequency = all > 0 ? Double(active) / Double(all) : nil
    mean = active > 0 ? found.values.reduce(0) { $0 + $1.mass } / Double(active) : nil
    max = found.values.map { Double($0.max) }.max()
    explanation = try store.label(ofLatent: feature.index).map {
      FeatureInfo.Explanation(
        text: $0.text, author: $0.author.name, score: $0.scores.last?.value,
        labelScores: $0.scores.labelScores)
    }
    coactive = try store.coactivations(ofLatent: feature.index, limit: count).items.map {
      CoactiveFeature(
        feature: FeatureRef(sae: feature.sae, index: $0.latent), count: $0.count,
        jaccard: $0.jaccard)
    }
  }
}

extension FeatureStatistics {
  init(_ found: LatentStatistics, view: IndexView, positions: Int) {
    let filled = found.histogram.indices.filter { found.histogram[$0] > 0 }
    let bins = filled.first.map { first in
      (first...(filled.last ?? first)).map { bin in
        let bounds = LatentStatistics.bounds(ofBin: bin)
        return Bin(
          from: Double(bounds.lowerBound), to: Double(bounds.upperBound),
          count: Int(found.histogram[bin]))
      }
    }
    self.init(
      view: view.name, positions: found.positions, items: found.items,
      frequency: positions > 0 ? Double(found.positions) / Double(positions) : 0,
      mean: found.mean ?? 0, max: Double(found.max),
      quantiles: Quantiles(
        p10: found.quantile(0.1) ?? 0, p50: found.quantile(0.5) ?? 0, p90: found.quantile(0.9) ?? 0,
        p99: found.quantile(0.99) ?? 0), histogram: bins ?? [])
  }
}
