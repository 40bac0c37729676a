/// How long to wait before each further try: twice as long each time, up to half of it by chance, never less
/// than the server asks for.
package struct RetryWaits {
  private let limits: ChatLimits
  private var doubled: Double
  private var state: UInt64

  package init(limits: ChatLimits, seed: UInt64) {
    self.limits = limits
    doubled = limits.firstWait
    state = seed
  }

  /// Seconds; nil where the server asks for more than `longestWait`.
  package mutating func next(after error: ChatError) -> Double? {
    let wait = min(doubled, limits.longestWait) * (0.5 + 0.5 * nextUnit())
    doubled = min(doubled * 2, limits.longestWait)
    guard case .busy(_, let asked?, _) = error else { return wait }
    return asked > limits.longestWait ? nil : max(asked, wait)
  }

  /// 0 ..< 1, by SplitMix64 (Steele, Lea and Flood 2014).
  private mutating func nextUnit() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((mixed ^ (mixed >> 31)) >> 11) * 0x1p-53
  }
}
