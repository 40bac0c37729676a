import Randomness
import Testing

/// The stream of a seed, which files and answers depend on.
@Suite struct SplitMix64Tests {
  /// The numbers that Vigna's reference in C (splitmix64.c) makes of this seed.
  @Test func theNumbersAreThoseOfTheReference() {
    var generator = SplitMix64(seed: 1_234_567)
    let expected: [UInt64] = [
      6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
      4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
    ]
    #expect(expected.map { _ in generator.next() } == expected)
  }

  @Test func fractionsAreTheUpperBits() {
    var (bits, doubles, floats) = (
      SplitMix64(seed: 7), SplitMix64(seed: 7), SplitMix64(seed: 7)
    )
    for _ in 0..<1_000 {
      let number = bits.next()
      let (double, float): (Double, Float) = (doubles.nextUnit(), floats.nextUnit())
      #expect(double == Double(number >> 11) / 9_007_199_254_740_992)
      #expect(float == Float(number >> 40) / 16_777_216)
      #expect(double < 1 && float < 1)
    }
  }

  @Test func numbersBelowABoundAreSpreadEvenly() {
    var generator = SplitMix64(seed: 3)
    var counts = [Int](repeating: 0, count: 6)
    for _ in 0..<60_000 { counts[Int(generator.next(below: 6))] += 1 }
    // Five standard deviations of a binomial count: √(60,000 · 1/6 · 5/6) is 91.
    #expect(counts.allSatisfy { abs($0 - 10_000) < 456 })
  }
}
