// Written by protocol/generator from protocol/openrpc.json.

/// How a latent is active over one view of an index's corpus.
package struct FeatureStatistics: Codable, Sendable, Equatable {
  package var view: String
  /// Positions and entries where it is active.
  package var positions: Int
  package var items: Int
  /// Fraction of the view's positions where it is active.
  package var frequency: Double
  /// Where it is active: the mean, and the largest.
  package var mean: Double
  package var max: Double
  /// Each at most 1/16 from the true one.
  package var quantiles: Quantiles
  /// Counts of activations by size, rising, without empty ends.
  package var histogram: [Bin]

  package init(
    view: String, positions: Int, items: Int, frequency: Double, mean: Double, max: Double,
    quantiles: Quantiles, histogram: [Bin]
  ) {
    self.view = view
    self.positions = positions
    self.items = items
    self.frequency = frequency
    self.mean = mean
    self.max = max
    self.quantiles = quantiles
    self.histogram = histogram
  }

  /// How many activations are from from up to to.
  package struct Bin: Codable, Sendable, Equatable {
    package var from: Double
    package var to: Double
    package var count: Int

    package init(from: Double, to: Double, count: Int) {
      self.from = from
      self.to = to
      self.count = count
    }
  }

  /// Activations that a tenth, half, nine tenths and 99 hundredths of the active positions do not
  /// exceed.
  package struct Quantiles: Codable, Sendable, Equatable {
    package var p10: Double
    package var p50: Double
    package var p90: Double
    package var p99: Double

    package init(p10: Double, p50: Double, p90: Double, p99: Double) {
      self.p10 = p10
      self.p50 = p50
      self.p90 = p90
      self.p99 = p99
    }
  }
}
