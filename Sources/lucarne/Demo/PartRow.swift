import KernelProtocol
import Reports

/// A line of the table of parts: what ablation measures beside what occlusion does.
struct PartRow {
  let name: String
  let ablated: Double?
  let occluded: Double?

  /// The largest part first.
  static func parts(of explanation: Explanation) -> [PartRow] {
    let occluded = explanation.occlusion.byPart
    return explanation.found.byPart.sorted { abs($0.score) > abs($1.score) }.map { part in
      PartRow(
        name: part.part, ablated: part.score,
        occluded: occluded.first { $0.part == part.part }?.score)
    }
  }

  /// What the parts do together, beyond what each does alone, and what is left without all.
  static func sums(of explanation: Explanation) -> [PartRow] {
    let (found, hidden) = (explanation.found.identity, explanation.occlusion.identity)
    return [
      PartRow(
        name: "all together", ablated: found?.features, occluded: hidden?.features),
      PartRow(
        name: "interaction", ablated: found?.interaction, occluded: hidden?.interaction),
      PartRow(name: "start", ablated: found?.start, occluded: hidden?.start),
    ]
  }
}

extension Explanation {
  /// What painting the written words over does, each and all; nothing where there are none.
  var wordsText: String? {
    guard let words, let all = words.identity else { return nil }
    let each = words.byPart.map { "“\($0.part)” \(signed($0.score))" }.joined(separator: ", ")
    let together = words.byPart.count > 1 ? "; all of them \(signed(all.features))" : ""
    return each + together + ", which leaves \(signed(all.start))"
  }

  /// How well scores agree with exact ablation, in figures.
  var agreement: [(name: String, figure: String)] {
    guard let checked = found.verification, checked.n > 0 else { return [] }
    func text(_ value: Double?) -> String { value.map { NumberText.fixed($0) } ?? "too few" }
    return [
      ("features ablated exactly", "\(checked.n)"), ("Pearson", text(checked.pearson)),
      ("Spearman", text(checked.spearman)), ("slope", text(checked.slope)),
      ("wrong signs", "\(checked.wrongSigns) of \(checked.signsCounted)"),
    ]
  }

  /// The agreement in one line, with the kernel's doubts.
  var agreementText: String {
    let figures = agreement.map { "\($0.name) \($0.figure)" }.joined(separator: ", ")
    let doubts = found.verification?.notReliable ?? []
    return figures + (doubts.isEmpty ? "" : "; not reliable: " + doubts.joined(separator: "; "))
  }
}
