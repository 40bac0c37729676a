import Autoencoders
package import Tensors

/// The features that are active in a region of a context.
package struct FeatureActivations: Sendable {
  package enum Ranking: Sendable { case max, mean, sum }
  package struct Item: Sendable, Equatable {
    package struct Position: Sendable, Equatable {
      package let position: Int
      package let value: Float
    }
    package let latent: Int
    package let score: Float
    /// Where it is active, ascending.
    package let positions: [Position]
  }
  /// Highest score first; ties to the lower latent.
  package let items: [Item]
  /// Mean number of active latents at a position of the region.
  package let l0: Double
  /// Fraction of the region's variance that the reconstruction leaves unexplained; nil for one
  /// position or no variance.
  package let fvu: Double?
}

extension ResidentContext {
  /// Ranks the features active at the positions (all when nil) that the autoencoder reads.
  package func activations(
    of autoencoder: LoadedAutoencoder, at positions: [Range<Int>]?, topK: Int,
    rankedBy ranking: FeatureActivations.Ranking, cancellation: Cancellation
  ) throws -> FeatureActivations {
    let code = try code(of: autoencoder, cancellation: cancellation)
    let rows = try self.rows(at: autoencoder.site, cancellation: cancellation).covered(
      among: positions.map { Array($0.joined()) } ?? Array(0..<tokenCount))
    var found: [Int: [FeatureActivations.Item.Position]] = [:]
    var active = 0
    for row in rows {
      let (indices, values) = code.row(row)
      active += indices.count
      for (index, value) in zip(indices, values) {
        found[Int(index), default: []].append(.init(position: row, value: value))
      }
    }
    let items = found.map { latent, positions in
      let sum = positions.reduce(0) { $0 + $1.value }
      let score =
        switch ranking {
        case .max: positions.map(\.value).max() ?? 0
        case .mean: sum / Float(rows.count)
        case .sum: sum
        }
      return FeatureActivations.Item(latent: latent, score: score, positions: positions)
    }
    return FeatureActivations(
      items: Array(
        items.sorted { ($0.score, $1.latent) > ($1.score, $0.latent) }.prefix(topK)),
      l0: rows.isEmpty ? 0 : Double(active) / Double(rows.count),
      fvu: try unexplained(by: autoencoder, code: code, rows: rows, cancellation: cancellation))
  }

  private func unexplained(
    by autoencoder: LoadedAutoencoder, code: SparseCode, rows: [Int], cancellation: Cancellation
  ) throws -> Double? {
    guard !rows.isEmpty else { return nil }
    let known = try self.rows(at: autoencoder.site, cancellation: cancellation)
    var region = SparseCode(latentCount: code.latentCount)
    for row in rows { region.append(code.slice(rows: row..<row + 1)) }
    return try autoencoder.weights.fit(
      known.input.rows(rows), making: known.output.rows(rows), code: region
    ).fvu
  }
}
