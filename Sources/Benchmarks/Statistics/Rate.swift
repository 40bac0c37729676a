/// How many of how many, with Wilson's interval.
package struct Rate: Sendable, Equatable {
  package let count: Int
  package let total: Int

  package init(_ count: Int, of total: Int) {
    self.count = count
    self.total = total
  }

  package init<Items: Sequence>(of items: Items, where holds: (Items.Element) -> Bool) {
    var (count, total) = (0, 0)
    for item in items {
      total += 1
      if holds(item) { count += 1 }
    }
    self.init(count, of: total)
  }

  /// nil of nothing.
  package var value: Double? { total > 0 ? Double(count) / Double(total) : nil }

  /// The standard normal's quantile at 0.975.
  private static let z = 1.959963984540054

  /// Wilson's score interval at 95 % (Wilson 1927); nil of nothing.
  package var interval: ClosedRange<Double>? {
    guard total > 0 else { return nil }
    let (n, p) = (Double(total), Double(count) / Double(total))
    let z2 = Self.z * Self.z
    let centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    let half = Self.z / (1 + z2 / n) * (p * (1 - p) / n + z2 / (4 * n * n)).squareRoot()
    return (count == 0 ? 0 : max(0, centre - half))...(count == total ? 1 : min(1, centre + half))
  }
}
