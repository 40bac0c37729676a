/// How an arm answered the questions of a set, and what it changed against the plain model.
package struct ArmResult: Sendable, Equatable {
  package let arm: Arm
  package let verdicts: [Verdict: Int]
  package let accuracy: Rate
  /// The benchmark's own numbers.
  package let metrics: [Metric]
  /// By the questions' kinds, in the order of their names.
  package let kinds: [KindResult]
  /// nil for the plain arm.
  package let paired: PairedOutcome?

  package struct KindResult: Sendable, Equatable {
    package let kind: String
    package let accuracy: Rate
    package let paired: PairedOutcome?
  }

  init(_ arm: Arm, of sheet: AnswerSheet) {
    let answers = sheet.judgedAnswers(of: arm)
    let plain = arm.role == .plain ? nil : sheet.judgedAnswers(of: .plain)
    self.arm = arm
    verdicts = Dictionary(answers.map { ($0.judgement.verdict, 1) }, uniquingKeysWith: +)
    accuracy = Self.accuracy(of: answers)
    metrics = sheet.header.format.metrics(of: answers)
    paired = plain.map { Self.outcome(of: $0, answers) }
    let places = Dictionary(grouping: answers.indices, by: { answers[$0].item.kind })
    kinds = places.compactMap { kind, places -> KindResult? in
      guard let kind else { return nil }
      return KindResult(
        kind: kind, accuracy: Self.accuracy(of: places.map { answers[$0] }),
        paired: plain.map { plain in
          Self.outcome(of: places.map { plain[$0] }, places.map { answers[$0] })
        })
    }.sorted { $0.kind < $1.kind }
  }

  private static func accuracy(of answers: [AnsweredQuestion]) -> Rate {
    Rate(of: answers, where: \.isRight)
  }

  private static func outcome(
    of plain: [AnsweredQuestion], _ changed: [AnsweredQuestion]
  ) -> PairedOutcome {
    var outcome = PairedOutcome()
    for (before, after) in zip(plain, changed) { outcome.add(before, after) }
    return outcome
  }
}

/// The controls of one arm and one kind, all seeds together.
package struct ControlResult: Sendable, Equatable {
  package let controlled: String
  package let role: Arm.Role
  package let seeds: Int
  package let paired: PairedOutcome
}

/// What a sheet of answers says: arms beside one another.
package struct BenchmarkReport: Sendable, Equatable {
  package let format: QuestionFormat
  /// Questions of the set, those that were answered, and those whose picture is missing.
  package let questions: Int
  package let answered: Int
  package let missing: Int
  package let arms: [ArmResult]
  package let controls: [ControlResult]

  package init(_ sheet: AnswerSheet) {
    format = sheet.header.format
    questions = sheet.header.questions
    missing = sheet.entries.count {
      if case .missing = $0.outcome { true } else { false }
    }
    answered = sheet.entries.count - missing
    arms = sheet.header.arms.map { ArmResult($0, of: sheet) }
    let controls = arms.filter(\.arm.isControl)
    let groups = Dictionary(grouping: controls) {
      ControlKey(controlled: $0.arm.controlled ?? "", role: $0.arm.role)
    }
    self.controls = groups.map { key, arms in
      ControlResult(
        controlled: key.controlled, role: key.role, seeds: arms.count,
        paired: arms.compactMap(\.paired).reduce(into: PairedOutcome()) { $0.add($1) })
    }.sorted { ($0.controlled, $0.role.rawValue) < ($1.controlled, $1.role.rawValue) }
  }
}

private struct ControlKey: Hashable {
  let controlled: String
  let role: Arm.Role
}
