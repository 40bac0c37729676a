/// The places of numbers, the largest number first, equal ones by rising place.
///
/// They are found as they are asked for: the first few of a vocabulary `[V]` take one pass over it,
/// and no sort. −0 counts as 0; NaN comes last, with −∞.
package struct DescendingPlaces: Sequence, IteratorProtocol {
  private let values: Matrix
  /// The first places, as many as were looked for.
  private var found: [Int32] = []
  private var taken = 0

  /// How many are looked for at first, and how many times as many when those are taken.
  private static let (first, growth) = (64, 8)

  package init(_ values: [Float]) {
    self.values = Matrix(rows: 1, columns: values.count, values: values)
  }

  package mutating func next() -> Int? {
    if taken == found.count, taken < values.columns { lookFurther() }
    guard taken < found.count else { return nil }
    defer { taken += 1 }
    return Int(found[taken])
  }

  private mutating func lookFurther() {
    let count = Swift.max(Self.first, found.count * Self.growth)
    var largest = RowTopK(rows: 1, k: count, columns: values.columns)
    largest.merge(values, firstColumn: 0, positiveOnly: false)
    found = largest.indices(row: 0)
    guard found.count < Swift.min(count, values.columns) else { return }
    // What is left is not above −∞.
    found += (0..<values.columns).filter { !(values[0, $0] > -.infinity) }.map(Int32.init)
  }
}
