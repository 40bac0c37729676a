/// The places of weights by falling weight, ties by rising place; put in order only as far as they
/// are asked for, since of a large vocabulary a draw needs few.
///
/// Weights are finite and not below zero.
struct FallingOrder {
  private let weights: [Double]
  /// By buckets of weights with the same leading digits; in order up to `orderedEnd`.
  private var places: [Int]
  /// Where each bucket ends.
  private let ends: [Int]
  private var bucket = 0
  private var orderedEnd = 0

  init(_ weights: [Double]) {
    self.weights = weights
    // Bits of numbers of one sign compare as the numbers do: these are a number's exponent and the
    // first four digits behind the point.
    let digits = weights.map { Int(~$0.bitPattern >> 48) }
    let least = digits.min() ?? 0
    var ends = [Int](repeating: 0, count: (digits.max() ?? 0) - least + 1)
    for digit in digits { ends[digit - least] += 1 }
    var sum = 0
    for bucket in ends.indices { (ends[bucket], sum) = (sum, sum + ends[bucket]) }
    places = digits
    for (place, digit) in digits.enumerated() {
      places[ends[digit - least]] = place
      ends[digit - least] += 1
    }
    self.ends = ends
  }

  /// The place of the weight that has so many before it.
  mutating func place(at rank: Int) -> Int {
    while rank >= orderedEnd {
      let start = orderedEnd
      orderedEnd = ends[bucket]
      bucket += 1
      places[start..<orderedEnd].sort { [weights] in (weights[$1], $0) < (weights[$0], $1) }
    }
    return places[rank]
  }
}
