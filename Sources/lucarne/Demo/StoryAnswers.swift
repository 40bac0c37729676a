import KernelProtocol
import Reports

/// The answers that stand side by side.
enum StoryAnswers {
  static let titles: [(title: String, name: SteeringGenerate.OutputName)] = [
    ("plain", .plain), ("reconstructed", .reconstruction), ("without", .steered),
  ]

  /// The answer with its first token's probability.
  static func text(of output: SteeringGenerate.Output) -> String {
    guard let first = output.tokens.first else { return "(nothing)" }
    return "\(trimmed(output.text)) (\(NumberText.percent(exponential(first.logProb))))"
  }
}

extension RemovalEvaluation.Share {
  /// `10 of 15 (67 %)`.
  var text: String {
    share.map { "\(hits) of \(count) (\(NumberText.percent($0)))" } ?? "none"
  }
}

extension RemovalEvaluation {
  /// The draws one by one: `0, 1, 0 of 15`.
  static func text(_ draws: [Share]) -> String {
    guard let count = draws.first?.count, count > 0 else { return "none" }
    return draws.map { "\($0.hits)" }.joined(separator: ", ") + " of \(count)"
  }

  /// What the shares say, in a sentence or two.
  var verdict: [String] {
    guard let turned = corrected.share else {
      return ["The model answers all of these correctly: there was nothing to correct."]
    }
    if corrected.hits == 0 {
      return ["It does not carry over: it corrects no other answer."]
    }
    let control = controlCorrected.share ?? 0
    let others = "random features of similar activity \(NumberText.percent(control))"
    if turned - control <= 0.1 {
      return ["Random features do about as much: \(NumberText.percent(turned)), \(others)."]
    }
    let lost = kept.count - kept.hits
    return [
      "It puts \(NumberText.percent(turned)) of the wrong answers right; \(others).",
      "It costs \(lost == 0 ? "none" : NumberText.grouped(lost)) of "
        + "\(NumberText.counted(kept.count, "right answer")).",
    ]
  }
}
