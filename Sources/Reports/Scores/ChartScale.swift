/// An axis from a round number to a round number that holds given values.
struct ChartScale {
  private let lower: Double
  private let upper: Double
  private let step: Double

  /// No measure of ours is as large.
  private static let limit = 1e12

  /// - Parameter values: those that are no numbers, or beyond any measure, are passed over.
  init(values: [Double]) {
    let known = values.filter { abs($0) <= Self.limit }
    let (least, most) = (known.min() ?? 0, known.max() ?? 1)
    let width = most > least ? most - least : 1
    step = Self.round(width / 4)
    lower = (least / step).rounded(.down) * step
    upper = max(lower + step, (most / step).rounded(.up) * step)
  }

  /// From 0, or from what is below it, to the largest mean with its spread.
  init(means: [ScoreReport.Mean]) {
    self.init(
      values: [0] + means.flatMap { [$0.value, $0.value + $0.deviation] }
        + means.compactMap(\.chance))
  }

  /// Where a value lies, 0 at the lower end and 1 at the upper.
  func share(_ value: Double) -> Double {
    guard value.isFinite else { return 0 }
    return min(1, max(0, (value - lower) / (upper - lower)))
  }

  var ticks: [(value: Double, text: String)] {
    let count = min(20, Int(((upper - lower) / step).rounded()))
    return (0...count).map { place in
      let value = lower + Double(place) * step
      return (value, NumberText.fixed(value, step >= 1 ? 0 : step >= 0.1 ? 1 : 2))
    }
  }

  /// The least of 1, 2 and 5 times a power of ten that is as large.
  private static func round(_ width: Double) -> Double {
    var power = 1.0
    for _ in 0..<30 where power > width { power /= 10 }
    for _ in 0..<30 where power * 10 <= width { power *= 10 }
    return [1, 2, 5, 10].map { $0 * power }.first { $0 >= width } ?? 10 * power
  }
}
