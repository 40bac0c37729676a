extension LatentStatistics {
  /// Steps of `sum` in 1.
  static let sumSteps = 1_048_576.0

  /// The first bin holds what is below 2⁻⁸ (1 + 1/8).
  private static let firstOctave: UInt32 = (127 - 8) << 3

  /// The bin of an activation: the exponent and the first three bits of the fraction.
  static func bin(of activation: Float) -> Int {
    let place = Int(activation.bitPattern >> 20) - Int(firstOctave)
    return Swift.min(Swift.max(place, 0), bins - 1)
  }

  /// The least activation of a bin, and the least of the next.
  package static func bounds(ofBin bin: Int) -> Range<Float> {
    let start = (firstOctave + UInt32(bin)) << 20
    return Float(bitPattern: start)..<Float(bitPattern: start + 1 << 20)
  }

  /// A sum in steps, to the nearest; what is beyond them stays at the last.
  static func steps(_ sum: Double) -> Int64 {
    sum.isFinite ? Int64(Swift.max(-9e18, Swift.min(sum * sumSteps, 9e18)).rounded()) : 0
  }

  /// Σ of activations.
  package var mass: Double { Double(sum) / Self.sumSteps }

  /// The mean of the activations where it is active; nil where it never is.
  package var mean: Double? { positions == 0 ? nil : mass / Double(positions) }

  /// The activation that a share `q` (0 … 1) of the active positions do not exceed: the
  /// middle of its bin, at most 1/16 from the true one between 2⁻⁸ and 2¹². nil where
  /// the latent is never active.
  package func quantile(_ q: Double) -> Double? {
    guard positions > 0 else { return nil }
    let wanted = Swift.max(1, Int((q * Double(positions)).rounded(.up)))
    var count = 0
    for (bin, inBin) in histogram.enumerated() {
      count += Int(inBin)
      guard count >= wanted else { continue }
      let bounds = Self.bounds(ofBin: bin)
      return Swift.min(Double(bounds.lowerBound + bounds.upperBound) / 2, Double(max))
    }
    return Double(max)
  }

  /// Counts what another shard counted.
  package mutating func add(_ other: LatentStatistics) {
    positions += other.positions
    items += other.items
    sum = sum.addingReportingOverflow(other.sum).partialValue
    max = Swift.max(max, other.max)
    for bin in histogram.indices { histogram[bin] &+= other.histogram[bin] }
  }
}
