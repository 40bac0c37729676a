import Autoencoders
package import Interpretation
import Models
package import Tensors

/// How well an autoencoder fits what it is of by kind of token, and whether another convention fits
/// better: what files leave unsaid, or say wrongly, shows in what is made of real activations.
package struct SiteFit {
  /// Another way to read the same weights.
  package enum Convention: String, Sendable, CaseIterable {
    /// b_dec the other way: not taken off the input where it is, or taken off where it is not.
    case decoderBias
    /// Values below zero kept among the k largest, or left out where they are kept.
    case signs
    case blockBelow, blockAbove
    /// Activations brought to the mean norm √D before they are encoded, reconstructions back.
    case unitScale
  }

  /// Another convention is told to fit better where it leaves at most this share of the variance
  /// that the own one leaves: chance and a kind of prompt do not halve what is unexplained.
  package static let clearlyBetter = 0.5
  /// And where it gains at least this share of the variance: of a fit that is nearly whole, what is
  /// left is rounding.
  package static let leastGain = 0.01

  /// By kind, in the order in which they were met.
  package private(set) var kinds: [(name: String, fit: KindFit)] = []
  /// All positions but the first of each context, read otherwise; no entry where that cannot be.
  package private(set) var conventions: [Convention: KindFit] = [:]
  package private(set) var contexts = 0

  private let autoencoder: LoadedAutoencoder

  package init(_ autoencoder: LoadedAutoencoder) { self.autoencoder = autoencoder }

  /// The convention that fits clearly better than the files', if one does: the best of them.
  package var better: Convention? {
    guard let own = kinds.first(where: { $0.name == "all" })?.fit.fvu else { return nil }
    let found = conventions.compactMap { name, fit in fit.fvu.map { (name, $0) } }
      .filter { $0.1 <= Self.clearlyBetter * own && own - $0.1 >= Self.leastGain }
    return found.min { ($0.1, $0.0.rawValue) < ($1.1, $1.0.rawValue) }?.0
  }

  /// Measures on a context. Nothing is added where it throws.
  package mutating func add(_ context: ResidentContext, cancellation: Cancellation) throws {
    let weights = autoencoder.weights
    let rows = try context.rows(at: autoencoder.site, cancellation: cancellation)
    let code = try context.code(of: autoencoder, cancellation: cancellation)
    let made = try weights.reconstruction(code, of: rows.input)
    var kinds = kinds
    for kind in context.tokenKinds {
      let place = kinds.firstIndex { $0.name == kind.name } ?? kinds.count
      let positions = rows.covered(among: kind.positions)
      guard !positions.isEmpty else { continue }
      if place == kinds.count { kinds.append((kind.name, KindFit())) }
      kinds[place].fit.add(
        rows.output.rows(positions), made: made.rows(positions),
        active: positions.reduce(0) { $0 + code.range(ofRow: $1).count })
    }
    let places = rows.covered(among: 0..<rows.count)
    let isWhole = places.count == context.tokenCount
    // The first position of a prompt stands apart; where only patches have rows, none does.
    let others = (isWhole ? 1 : 0)..<max(isWhole ? 1 : 0, places.count)
    var conventions = conventions
    if !others.isEmpty {
      for convention in Convention.allCases {
        guard
          let found = try otherwise(
            convention, (rows, isWhole ? nil : places), in: context, cancellation: cancellation)
        else { continue }
        let (y, made) = (found.y.slice(rows: others), found.made.slice(rows: others))
        let active = others.reduce(0) { $0 + found.code.range(ofRow: $1).count }
        conventions[convention, default: KindFit()].add(y, made: made, active: active)
      }
    }
    (self.kinds, self.conventions) = (kinds, conventions)
    contexts += 1
  }

  private typealias Reading = (y: Matrix, made: Matrix, code: SparseCode)

  private func otherwise(
    _ convention: Convention, _ known: (rows: SiteRows, places: [Int]?),
    in context: ResidentContext, cancellation: Cancellation
  ) throws -> Reading? {
    let weights = autoencoder.weights
    func covered(_ x: Matrix) -> Matrix { known.places.map { x.rows($0) } ?? x }
    let (x, y) = (covered(known.rows.input), covered(known.rows.output))
    func read(_ weights: SparseAutoencoder, _ x: Matrix, _ y: Matrix) throws -> Reading {
      let code = try weights.encode(x, cancellation: cancellation)
      return (y, try weights.reconstruction(code, of: x), code)
    }
    switch convention {
    case .decoderBias:
      return try weights.reading(subtractsDecoderBias: !weights.subtractsDecoderBias)
        .map { try read($0, x, y) }
    case .signs:
      let other: LatentActivation? =
        switch weights.activation {
        case .topK(let k): .signedTopK(k)
        case .signedTopK(let k): .topK(k)
        case .absoluteTopK, .relu, .jumpReLU: nil
        }
      guard let other else { return nil }
      return try weights.reading(activation: other).map { try read($0, x, y) }
    case .blockBelow, .blockAbove:
      let step = convention == .blockBelow ? -1 : 1
      return try context.tensors(
        besides: autoencoder.site, by: step, cancellation: cancellation
      ).map { try read(weights, covered($0.input), covered($0.output)) }
    case .unitScale:
      // A row that is normalised at run time has no scale that could be wrong.
      guard weights.normalisation == .none, x.rows > 1 else { return nil }
      let (input, output) = (Self.scale(x), Self.scale(y))
      guard input.isFinite, output.isFinite, input > 0, output > 0 else { return nil }
      let scaled = try read(weights, x.scaled(by: input), y)
      return (scaled.y, scaled.made.scaled(by: 1 / output), scaled.code)
    }
  }

  /// √D over the mean norm of all rows but the first.
  private static func scale(_ x: Matrix) -> Float {
    let norms = x.rowNorms().dropFirst()
    return Float(x.columns).squareRoot() / (norms.reduce(0, +) / Float(norms.count))
  }
}
