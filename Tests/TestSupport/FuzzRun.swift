import Foundation

/// Rounds of a fuzzer: a small number as a test, or by time for a long run:
///
///     LUCARNE_FUZZ_SECONDS=600 LUCARNE_FUZZ_SEED=7 swift test --filter IndexFuzzTests
package struct FuzzRun {
  package enum Outcome { case answered, refused }

  package let seed: UInt64
  private let rounds: Int
  private let seconds: Double?

  /// - Parameters:
  ///   - rounds: without the environment's seconds.
  ///   - seed: without the environment's.
  package init(rounds: Int, seed: UInt64) {
    let environment = ProcessInfo.processInfo.environment
    self.rounds = rounds
    self.seed = environment["LUCARNE_FUZZ_SEED"].flatMap { UInt64($0) } ?? seed
    seconds = environment["LUCARNE_FUZZ_SECONDS"].flatMap { Double($0) }
  }

  package var isLong: Bool { seconds != nil }

  /// Runs the rounds and prints what came of them.
  /// - Returns: how many were answered and how many refused.
  @discardableResult
  package func callAsFunction(
    _ name: String, _ body: (_ round: Int, _ random: inout SplitMix) throws -> Outcome
  ) rethrows -> (answered: Int, refused: Int) {
    let start = ContinuousClock.now
    var (answered, refused) = (0, 0)
    var round = 0
    while seconds.map({ ContinuousClock.now - start < .seconds($0) }) ?? (round < rounds) {
      // Each round by itself can be run again.
      var random = SplitMix(seed: seed &+ UInt64(round) &* 0x9E37_79B9_7F4A_7C15)
      switch try body(round, &random) {
      case .answered: answered += 1
      case .refused: refused += 1
      }
      round += 1
    }
    print("\(name), seed \(seed): \(round) rounds, \(answered) answered, \(refused) refused")
    return (answered, refused)
  }
}
