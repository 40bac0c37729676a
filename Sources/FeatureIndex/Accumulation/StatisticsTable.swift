/// The statistics of every latent in one view, column by column.
struct StatisticsTable: Sendable {
  let latentCount: Int
  private var positions: [Int]
  private var items: [Int]
  private var sums: [Int64]
  private var maxima: [Float]
  private var histograms: [UInt32]
  /// The latents counted since `takeChanges`, and whether each is among them.
  private var changed: [Int32] = []
  private var isChanged: [Bool]

  init(latentCount: Int) {
    self.latentCount = latentCount
    positions = Array(repeating: 0, count: latentCount)
    items = positions
    sums = Array(repeating: 0, count: latentCount)
    maxima = Array(repeating: 0, count: latentCount)
    histograms = Array(repeating: 0, count: latentCount * LatentStatistics.bins)
    isChanged = Array(repeating: false, count: latentCount)
  }

  static func byteCount(latentCount: Int) -> Int {
    latentCount * (8 + 8 + 8 + 4 + 5 + 4 * LatentStatistics.bins)
  }

  /// Counts one item's activations of one latent, of which there is at least one.
  mutating func add(latent: Int, _ values: ArraySlice<Float>) {
    var (sum, largest) = (0.0, maxima[latent])
    let first = latent * LatentStatistics.bins
    for value in values {
      sum += Double(value)
      largest = max(largest, value)
      histograms[first + LatentStatistics.bin(of: value)] &+= 1
    }
    positions[latent] += values.count
    items[latent] += 1
    sums[latent] = sums[latent].addingReportingOverflow(LatentStatistics.steps(sum)).partialValue
    maxima[latent] = largest
    note(latent)
  }

  private mutating func note(_ latent: Int) {
    guard !isChanged[latent] else { return }
    isChanged[latent] = true
    changed.append(Int32(latent))
  }

  subscript(latent: Int) -> LatentStatistics {
    get {
      var result = LatentStatistics()
      result.positions = positions[latent]
      result.items = items[latent]
      result.sum = sums[latent]
      result.max = maxima[latent]
      let first = latent * LatentStatistics.bins
      result.histogram = Array(histograms[first..<first + LatentStatistics.bins])
      return result
    }
    set {
      positions[latent] = newValue.positions
      items[latent] = newValue.items
      sums[latent] = newValue.sum
      maxima[latent] = newValue.max
      let first = latent * LatentStatistics.bins
      for (bin, count) in newValue.histogram.enumerated() { histograms[first + bin] = count }
      note(latent)
    }
  }

  /// The latents counted since the last call, rising.
  mutating func takeChanges() -> [Int] {
    defer { changed = [] }
    for latent in changed { isChanged[Int(latent)] = false }
    return changed.map(Int.init).sorted()
  }
}
