extension AnswerReport {
  /// One row for each arm and kind of question, and one for each arm's total, which also has the
  /// benchmark's own numbers. Draws of controls together are rows without an arm.
  package var csv: String {
    let metrics = arms.first?.metrics.map(\.name) ?? []
    var rows = [
      [
        "arm", "role", "of", "seed", "draws", "kind", "right", "total", "accuracy",
        "accuracy_low", "accuracy_high", "both_right", "both_wrong", "helped", "harmed", "help",
        "help_low", "help_high", "harm", "harm_low", "harm_high", "p", "to_yes", "to_no",
      ] + metrics.map { "metric:" + $0 }
    ]
    let none = metrics.map { _ in "" }
    for arm in shownArms + arms.filter(\.role.isControl) {
      let first = [arm.name, arm.role.rawValue, arm.controlled ?? "", arm.seed ?? "", ""]
      for kind in arm.kinds {
        rows.append(
          first + [kind.name] + Self.cells(kind.accuracy) + Self.cells(kind.outcome) + none)
      }
      rows.append(
        first + ["total"] + Self.cells(arm.accuracy) + Self.cells(arm.outcome)
          + metrics.map { name in
            Self.text(arm.metrics.first { $0.name == name }?.value)
          })
    }
    for control in controls {
      rows.append(
        ["", control.role.rawValue, control.controlled, "", "\(control.draws)", "total"]
          + Self.cells(control.accuracy) + Self.cells(control.outcome) + none)
    }
    return CSVText.table(rows)
  }

  private static func cells(_ rate: Rate) -> [String] {
    ["\(rate.count)", "\(rate.total)"] + share(rate)
  }

  private static func share(_ rate: Rate) -> [String] {
    [rate.value, rate.interval?.lowerBound, rate.interval?.upperBound].map(text)
  }

  private static func cells(_ outcome: Outcome?) -> [String] {
    guard let outcome else { return Array(repeating: "", count: 13) }
    let counts = [outcome.bothRight, outcome.bothWrong, outcome.helped, outcome.harmed]
    return counts.map { "\($0)" } + share(outcome.help) + share(outcome.harm)
      + [text(outcome.probability), "\(outcome.toYes)", "\(outcome.toNo)"]
  }

  private static func text(_ value: Double?) -> String {
    value.flatMap { $0.isFinite ? "\($0)" : nil } ?? ""
  }
}
