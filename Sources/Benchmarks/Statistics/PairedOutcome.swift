import Glibc

/// What a change did to the answers to the same questions.
package struct PairedOutcome: Sendable, Equatable {
  package private(set) var bothRight = 0
  package private(set) var bothWrong = 0
  /// Not right before, right after.
  package private(set) var helped = 0
  /// Right before, not right after.
  package private(set) var harmed = 0
  /// Answers that became a Yes, and those that became a No, whatever was right.
  package private(set) var toYes = 0
  package private(set) var toNo = 0

  package init() {}

  package mutating func add(_ before: AnsweredQuestion, _ after: AnsweredQuestion) {
    switch (before.isRight, after.isRight) {
    case (true, true): bothRight += 1
    case (false, false): bothWrong += 1
    case (false, true): helped += 1
    case (true, false): harmed += 1
    }
    let said = after.judgement.said
    if before.judgement.said != said {
      if said == .yes { toYes += 1 }
      if said == .no { toNo += 1 }
    }
  }

  package mutating func add(_ other: PairedOutcome) {
    bothRight += other.bothRight
    bothWrong += other.bothWrong
    helped += other.helped
    harmed += other.harmed
    toYes += other.toYes
    toNo += other.toNo
  }

  package var count: Int { bothRight + bothWrong + helped + harmed }
  /// Of what was not right, how much is put right.
  package var help: Rate { Rate(helped, of: helped + bothWrong) }
  /// Of what was right, how much is lost.
  package var harm: Rate { Rate(harmed, of: harmed + bothRight) }

  /// The probability of a split of the discordant pairs as uneven as this or more, were help and
  /// harm as likely (McNemar's test, exact and two-sided); 1 without discordant pairs.
  package var exactMcNemar: Double {
    let pairs = helped + harmed
    let fewer = min(helped, harmed)
    guard pairs > 0, helped != harmed else { return 1 }
    // In logarithms: 2^-n underflows beyond 1,074 pairs.
    var term = -Double(pairs) * log(2)
    var tail = exp(term)
    for count in 0..<fewer {
      term += log(Double(pairs - count) / Double(count + 1))
      tail += exp(term)
    }
    return min(1, 2 * tail)
  }
}
