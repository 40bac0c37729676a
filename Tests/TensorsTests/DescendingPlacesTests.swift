import Tensors
import TestSupport
import Testing

/// The order of a whole sort, however many places are taken of it.
@Suite struct DescendingPlacesTests {
  /// Values with many ties, zeros of both signs and infinities among them.
  private func values(_ count: Int, seed: UInt64) -> [Float] {
    var random = SplitMix(seed: seed)
    return (0..<count).map { _ in
      switch random.next() % 16 {
      case 0: 0
      case 1: -0.0
      case 2: -.infinity
      case 3: .infinity
      default: Float(Int(random.next() % 200) - 100) / 8
      }
    }
  }

  @Test(arguments: [0, 1, 2, 63, 64, 65, 511, 512, 513, 5_000])
  func theOrderIsThatOfASort(count: Int) {
    let values = values(count, seed: UInt64(count))
    let sorted = values.indices.sorted { (values[$0], $1) > (values[$1], $0) }
    #expect(Array(DescendingPlaces(values)) == sorted)
    #expect(Array(DescendingPlaces(values).prefix(5)) == Array(sorted.prefix(5)))
  }

  @Test func notANumberComesLast() {
    let values: [Float] = [.nan, 1, -.infinity, 2]
    #expect(Array(DescendingPlaces(values)) == [3, 1, 0, 2])
  }
}
