import KernelProtocol
import Reports

/// What an evaluation found, for a terminal: a row an arm, its controls below it, then the
/// benchmark's own numbers and the kinds of questions that were changed.
struct EvaluationText {
  private let report: EvaluationReport.Report

  init(_ report: EvaluationReport.Report) { self.report = report }

  var lines: [String] {
    let arms = TextTable(
      ["", "right", "", "help", "", "harm", "", "p"],
      report.arms.filter { $0.of == nil }.flatMap { arm in
        [row(arm.name, arm.accuracy, arm.paired)]
          + report.controls.filter { $0.of == arm.name }.map { control in
            let name = control.role == .randomFeatures ? "random features" : "random directions"
            return row(
              "  \(name), \(NumberText.counted(control.seeds, "draw"))", nil, control.paired)
          }
      })
    let legend =
      report.arms.count > 1
      ? ["help: of wrong answers, those put right; harm: of right ones, those lost; p: McNemar's"]
      : []
    return arms.lines + legend + [""] + metrics.lines + kinds
  }

  private func row(
    _ name: String, _ accuracy: EvaluationReport.Rate?, _ paired: EvaluationReport.Paired?
  ) -> [String] {
    [name, accuracy.map(share) ?? "", accuracy.map(interval) ?? ""]
      + (paired.map { paired in
        [share(paired.help), interval(paired.help), share(paired.harm), interval(paired.harm)]
          + [paired.p.map(probability) ?? ""]
      } ?? ["", "", "", "", ""])
  }

  private var metrics: TextTable {
    let arms = report.arms.filter { $0.of == nil }
    return TextTable(
      [""] + (arms.first?.metrics.map(\.name) ?? []),
      arms.map { arm in
        [arm.name] + arm.metrics.map { $0.value.map { NumberText.fixed($0, 3) } ?? "–" }
      })
  }

  /// The kinds whose answers an arm changes.
  private var kinds: [String] {
    let rows = report.arms.filter { $0.role == .intervention }.flatMap { arm in
      arm.kinds.compactMap { kind -> [String]? in
        guard let paired = kind.paired, paired.helped + paired.harmed > 0 else { return nil }
        return [
          arm.name, kind.kind, "\(kind.accuracy.count) of \(kind.accuracy.total)",
          "\(paired.helped)", "\(paired.harmed)",
        ]
      }
    }
    guard !rows.isEmpty else { return [] }
    return [""]
      + TextTable(["", "kind", "right", "put right", "lost"], rows, texts: [0, 1]).lines
  }

  private func share(_ rate: EvaluationReport.Rate) -> String {
    rate.value.map { percent($0) } ?? "–"
  }

  private func interval(_ rate: EvaluationReport.Rate) -> String {
    guard let low = rate.low, let high = rate.high else { return "of 0" }
    return "(\(percent(low)) to \(percent(high)) of \(rate.total))"
  }

  private func percent(_ share: Double) -> String { NumberText.fixed(100 * share, 1) + " %" }

  private func probability(_ p: Double) -> String {
    p < 0.0001 ? "< 0.0001" : NumberText.fixed(p, 4)
  }
}
