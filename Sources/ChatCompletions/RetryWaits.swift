import Randomness

/// How long to wait before each further try: twice as long each time, up to half of it by chance,
/// never less than the server asks for.
package struct RetryWaits {
  private let limits: ChatLimits
  private var doubled: Double
  private var random: SplitMix64

  package init(limits: ChatLimits, seed: UInt64) {
    self.limits = limits
    doubled = limits.firstWait
    random = SplitMix64(seed: seed)
  }

  /// Seconds; nil where the server asks for more than `longestWait`.
  package mutating func next(after error: ChatError) -> Double? {
    let wait = min(doubled, limits.longestWait) * (0.5 + 0.5 * random.nextUnit())
    doubled = min(doubled * 2, limits.longestWait)
    guard case .busy(_, let asked?, _) = error else { return wait }
    return asked > limits.longestWait ? nil : max(asked, wait)
  }
}
