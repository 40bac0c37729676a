import Glibc
import KernelProtocol
import Reports

/// Tells the story on standard output, each step as soon as it is known.
struct TerminalReport {
  /// What there is to tell.
  enum Step {
    case kernel(
      processID: Int32, KernelStatus.Model, KernelStatus.Autoencoder, warning: String?)
    case question(StoryPicture, Asked, [Candidate])
    case explanation(Explanation)
    case search(RemovalSearch, Asked, SteeringGenerate.Result?)
    case evaluation(RemovalEvaluation)
    case end(folder: String, files: [String], requests: Int, seconds: Double)
  }

  private let isTerminal = isatty(STDOUT_FILENO) == 1

  func tell(_ step: Step) {
    switch step {
    case .kernel(let id, let model, let sae, let warning): tellKernel(id, model, sae, warning)
    case .question(let picture, let asked, let candidates): tell(picture, asked, candidates)
    case .explanation(let explanation): tell(explanation)
    case .search(let search, let asked, let steering): tell(search, asked, steering)
    case .evaluation(let evaluation): tell(evaluation)
    case .end(let folder, let files, let requests, let seconds):
      heading("Written to \(folder)")
      let pictures = files.count { !$0.hasSuffix(".html") }
      line("", "report.html and \(NumberText.counted(pictures, "picture"))")
      line(
        "",
        "\(NumberText.counted(requests, "request")) answered in "
          + "\(NumberText.fixed(seconds, 1)) s; open report.html in a browser")
    }
  }

  // MARK: Steps

  private func tellKernel(
    _ id: Int32, _ model: KernelStatus.Model, _ sae: KernelStatus.Autoencoder, _ warning: String?
  ) {
    heading("The kernel answers over stdio as process \(id)")
    line(
      "model",
      "\(model.model), \(model.architecture), \(model.precision.rawValue), "
        + "\(NumberText.fixed(Double(model.bytes) / 1e6, 1)) MB")
    line(
      "autoencoder",
      "\(sae.sae) at \(sae.site), \(NumberText.grouped(sae.latents)) features, "
        + "\(sae.k) active a token")
    if let warning { lines("WARNING", [warning]) }
  }

  private func tell(_ picture: StoryPicture, _ asked: Asked, _ candidates: [Candidate]) {
    heading("1  The question")
    line("picture", picture.name + (picture.facts.map { ": \($0.summary)" } ?? ""))
    line("question", asked.question)
    line("answer", "\(asked.answer)   (\(candidates.map(\.figure).joined(separator: ", ")))")
    if let right = asked.right {
      line("", asked.isRight ? "which is right" : "which is wrong: the right answer is \(right)")
    }
  }

  private func tell(_ explanation: Explanation) {
    heading("2  Why: \(explanation.title) = \(signed(explanation.found.target.value))")
    tellParts(explanation)
    if let words = explanation.wordsText { line("painted over", words) }
    tellFeatures(explanation)
    if let contradiction = explanation.contradiction {
      lines("CONTRADICTION", [contradiction, explanation.agreementText])
    } else {
      lines("in words", explanation.sentences)
    }
  }

  private func tellParts(_ explanation: Explanation) {
    line("part", "ablated  occluded")
    let parts = PartRow.parts(of: explanation)
    let largest = parts.compactMap { $0.ablated.map(abs) }.max() ?? 1
    for row in parts + PartRow.sums(of: explanation) {
      let isPart = parts.contains { $0.name == row.name }
      let share = row.ablated ?? 0
      let bar = String(repeating: share < 0 ? "-" : "+", count: Int(24 * abs(share) / largest))
      line(
        row.name,
        Self.cell(row.ablated, 7) + Self.cell(row.occluded, 10) + (isPart ? "  " + bar : ""))
    }
    line("", "ablated: all its features at zero; occluded: its pixels painted over, its words")
    line("", "taken out, a control that touches no feature; start: what is left without all")
  }

  private func tellFeatures(_ explanation: Explanation) {
    line("feature", "  score  ablated  tokens  most active at")
    let sides = [("supports", explanation.supporters, 5), ("opposes", explanation.opposers, 4)]
    for (side, features, count) in sides {
      for feature in features.filter({ !$0.isRandom }).prefix(count) {
        line(
          "#\(feature.feature.index)",
          signed(feature.predicted).alignedRight(to: 7)
            + signed(feature.ablated).alignedRight(to: 9)
            + "\(feature.tokenCount)".alignedRight(to: 8) + "  "
            + Story.place(of: feature.strongest) + ", " + side)
      }
    }
  }

  private func tell(
    _ search: RemovalSearch, _ asked: Asked, _ steering: SteeringGenerate.Result?
  ) {
    heading("3  Without which features it would answer otherwise")
    if let coverage = search.coverage {
      line(
        "ablated",
        "each of \(coverage.measured) active features alone, of \(coverage.candidates); the most:")
    }
    let best = search.ranking.prefix(4).compactMap { item in
      item.feature.map { "#\($0.index) \(signed(item.score))" }
    }
    line("", best.isEmpty ? "no feature supports the answer" : best.joined(separator: ", "))
    tellSets(search, asked)
    guard let chosen = search.chosen else {
      line("result", "no set of features changes the answer")
      return
    }
    line("chosen", "\(chosen.removal.names), at zero everywhere")
    for (title, name) in StoryAnswers.titles {
      guard let output = steering?.outputs.first(where: { $0.name == name }) else { continue }
      line(title, StoryAnswers.text(of: output))
    }
  }

  private func tellSets(_ search: RemovalSearch, _ asked: Asked) {
    let count = search.calibrationCount
    for (index, outcome) in search.outcomes.enumerated() {
      let kept = outcome.turns && count > 0 ? ", keeps \(outcome.kept) of \(count)" : ""
      line(
        index == 0 ? "best together" : "",
        "\(outcome.removal.features.count)".alignedRight(to: 2)
          + "  leaves \(signed(outcome.values.after))" + kept)
    }
    if count > 0 { line("", "kept: right answers “\(asked.answer)” on other maps") }
  }

  private func tell(_ evaluation: RemovalEvaluation) {
    heading("4  On questions that they were not chosen on")
    line(
      "",
      "without them".alignedRight(to: 18)
        + "without similarly active others, 5 draws".alignedRight(to: 44))
    line(
      "corrected",
      evaluation.corrected.text.alignedRight(to: 18)
        + RemovalEvaluation.text(evaluation.controls.map(\.corrected)).alignedRight(to: 44))
    line(
      "stay right",
      evaluation.kept.text.alignedRight(to: 18)
        + RemovalEvaluation.text(evaluation.controls.map(\.kept)).alignedRight(to: 44))
    lines("", evaluation.verdict)
  }

  // MARK: Lines

  private func heading(_ text: String) {
    let shown = isTerminal ? "\u{1B}[1m\(text)\u{1B}[0m" : text
    writeLine("\n" + shown, to: STDOUT_FILENO)
  }

  private func line(_ name: String, _ text: String) {
    writeLine("   " + name.padded(to: 14) + text, to: STDOUT_FILENO)
  }

  /// Sentences, each from a line of its own on, broken between words.
  private func lines(_ name: String, _ sentences: [String]) {
    var name = name
    for sentence in sentences {
      var text = ""
      for word in sentence.split(separator: " ") {
        if text.count + word.count > Self.width {
          line(name, text)
          (name, text) = ("", "  ")
        }
        text += (text.allSatisfy { $0 == " " } ? "" : " ") + word
      }
      line(name, text)
      name = ""
    }
  }

  /// Characters of a line's text.
  private static let width = 84

  private static func cell(_ value: Double?, _ width: Int) -> String {
    (value.map(signed) ?? "").alignedRight(to: width)
  }
}
