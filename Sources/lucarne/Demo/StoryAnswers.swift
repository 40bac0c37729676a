import KernelProtocol
import Reports

/// The answers that stand side by side.
enum StoryAnswers {
  static let titles: [(title: String, name: SteeringGenerate.OutputName)] = [
    ("plain", .plain), ("rebuilt", .reconstruction), ("clamped", .steered),
  ]

  /// The answer with its first token's probability.
  static func text(of output: SteeringGenerate.Output) -> String {
    guard let first = output.tokens.first else { return "(nothing)" }
    return "\(trimmed(output.text)) (\(NumberText.percent(exponential(first.logProb))))"
  }
}

extension Clamp {
  /// `#3, #14`.
  var names: String { features.map { "#\($0.index)" }.joined(separator: ", ") }

  /// `at 2.0 × the peak on written words, over the picture`.
  var manner: String {
    let height =
      multiple == 0
      ? "held at zero" : "at \(NumberText.fixed(multiple, 1)) × the peak on written words"
    return "\(height), \(place.text)"
  }
}

extension ClampEvaluation {
  /// What the shares say, in a sentence.
  var verdict: String {
    guard let turned = corrected.share else {
      return "The model answers all of these right: there was nothing to put right."
    }
    if corrected.hits == 0 {
      return "The clamp does not carry over: it puts no other answer right."
    }
    let control = controlCorrected.share ?? 0
    let others = "random features \(NumberText.percent(control))"
    if turned - control <= 0.1 {
      return "Random features do about as much (\(others)): this is no matter of written words."
    }
    let cost = 1 - (kept.share ?? 1)
    let price =
      cost > 0.25
      ? "At a price: \(NumberText.percent(cost)) of the right answers are lost."
      : "\(NumberText.percent(1 - cost)) of the right answers stay right."
    return "It puts \(NumberText.percent(turned)) of the wrong answers right, \(others). \(price)"
  }
}
