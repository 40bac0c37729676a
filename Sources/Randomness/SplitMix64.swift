/// SplitMix64 (Steele, Lea and Flood 2014): a small generator whose numbers its seed
/// fixes, on every machine.
package struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number in 0 ..< 1 of 53 bits.
  package mutating func nextUnit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number in 0 ..< 1 of 24 bits.
  package mutating func nextUnit() -> Float { Float(next() >> 40) * 0x1p-24 }

  /// A number below `bound`, without the bias of a remainder (Lemire's multiplication).
  package mutating func next(below bound: UInt64) -> UInt64 {
    while true {
      let (high, low) = next().multipliedFullWidth(by: bound)
      if low >= bound || low >= (0 &- bound) % bound { return high }
    }
  }
}
