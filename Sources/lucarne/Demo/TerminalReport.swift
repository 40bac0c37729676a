import Glibc
import KernelProtocol
import Reports

/// Tells the story on standard output, each step as soon as it is known.
struct TerminalReport {
  /// What there is to tell.
  enum Step {
    case kernel(processID: Int32, KernelStatus.Model, KernelStatus.Autoencoder)
    case question(StoryPicture, Asked, [Candidate])
    case explanation(Explanation)
    case words(WordFeatures)
    case search(ClampSearch, Explanation, SteeringGenerate.Result?)
    case evaluation(ClampEvaluation)
    case end(folder: String, files: [String], requests: Int, seconds: Double)
  }

  private let isTerminal = isatty(STDOUT_FILENO) == 1

  func tell(_ step: Step) {
    switch step {
    case .kernel(let id, let model, let sae): tellKernel(id, model, sae)
    case .question(let picture, let asked, let candidates): tell(picture, asked, candidates)
    case .explanation(let explanation): tell(explanation)
    case .words(let words): tell(words)
    case .search(let search, let explanation, let steering): tell(search, explanation, steering)
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
    _ id: Int32, _ model: KernelStatus.Model, _ sae: KernelStatus.Autoencoder
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
  }

  private func tell(_ picture: StoryPicture, _ asked: Asked, _ candidates: [Candidate]) {
    heading("1  The question")
    line("picture", picture.name + (picture.facts.map { ": \($0.summary)" } ?? ""))
    line("question", asked.question)
    let known = candidates.prefix(2).map {
      "\(trimmed($0.text)) \(NumberText.percent($0.probability))"
    }
    line("answer", "\(asked.answer)   (\(known.joined(separator: ", ")))")
    if let right = picture.right {
      line("", asked.isRight ? "which is right" : "which is wrong: the right answer is \(right)")
    }
  }

  private func tell(_ explanation: Explanation) {
    let (answer, other) = (trimmed(explanation.answer.text), trimmed(explanation.other.text))
    let found = explanation.byFeature
    heading(
      "2  Why: logit(\(answer)) - logit(\(other)) = "
        + "\(NumberText.signed(found.target.value)), attributed by gradient")
    let parts = found.byPart.sorted { abs($0.score) > abs($1.score) }
      .map { ($0.part, $0.score) }
    let rows =
      parts + [
        ("bias", found.completeness.bias), ("unexplained", found.completeness.errorTerm),
      ]
    let largest = rows.map { abs($0.1) }.max() ?? 1
    for (name, score) in rows {
      let bar = String(repeating: score < 0 ? "-" : "+", count: Int(24 * abs(score) / largest))
      line(name, NumberText.signed(score).alignedRight(to: 7) + "  " + bar)
    }
    line(
      "",
      "“\(explanation.name)” in the question alone " + NumberText.signed(explanation.nameScore))
    for sentence in explanation.partVerdict.split(separator: ". ", maxSplits: 1) {
      line("", sentence.hasSuffix(".") ? String(sentence) : sentence + ".")
    }
    line("feature", "  score  ablated  tokens  strongest at")
    for feature in explanation.features.prefix(6) {
      line(
        "#\(feature.feature.index)",
        NumberText.signed(feature.predicted).alignedRight(to: 7)
          + NumberText.signed(feature.measured).alignedRight(to: 9)
          + "\(feature.tokenCount)".alignedRight(to: 8) + "  "
          + Story.place(of: feature.strongest))
    }
    line(
      "",
      "Pearson's r of score and exact ablation: features \(Self.text(found.verification)), "
        + "single tokens \(Self.text(explanation.byToken.verification))")
  }

  private func tell(_ words: WordFeatures) {
    heading("3  The features of written words, from \(words.pictureCount) other pictures")
    line(
      "",
      "\(NumberText.grouped(words.wordTokens)) picture tokens lie on words, "
        + "\(NumberText.grouped(words.otherTokens)) do not")
    line("feature", "on words  of the words  peak  at asked names")
    for word in words.features.prefix(4) {
      line(
        "#\(word.feature.index)",
        NumberText.percent(word.precision).alignedRight(to: 8)
          + NumberText.percent(word.recall).alignedRight(to: 14)
          + NumberText.fixed(word.peak, 1).alignedRight(to: 6)
          + NumberText.fixed(word.asked, 1).alignedRight(to: 16))
    }
  }

  private func tell(
    _ search: ClampSearch, _ explanation: Explanation, _ steering: SteeringGenerate.Result?
  ) {
    heading("4  Clamping them")
    line(
      "tried", "\(search.tried) clamps on this question; \(search.turned) turn the answer")
    guard let clamp = search.clamp, let values = search.difference else {
      line("result", "no clamp of these features turned the answer")
      return
    }
    line("chosen", clamp.names)
    if let word = search.chosen.first, search.chosen.count == 1 {
      line(
        "",
        "\(NumberText.percent(word.precision)) of its firing on words, "
          + "\(NumberText.percent(word.recall)) of the words reached")
    }
    line("", clamp.manner)
    if search.calibrationCount > 0 {
      line(
        "",
        "keeps \(search.kept) of \(search.calibrationCount) right answers "
          + "“\(trimmed(explanation.answer.text))” on other maps")
    }
    for (title, name) in StoryAnswers.titles {
      guard let output = steering?.outputs.first(where: { $0.name == name }) else { continue }
      line(title, StoryAnswers.text(of: output))
    }
    if let receipt = steering?.receipt {
      line(
        "",
        "the clamp moves the residual by \(NumberText.fixed(receipt.meanNorm, 1)) on average at "
          + NumberText.counted(receipt.positions, "position"))
    }
    line(
      "difference",
      "model \(NumberText.signed(values.before)), reconstruction "
        + "\(NumberText.signed(values.reconstruction)), clamped \(NumberText.signed(values.after))")
  }

  private func tell(_ evaluation: ClampEvaluation) {
    heading("5  The same clamp on the other pictures with probes, on which it was not chosen")
    line("", "words' features".alignedRight(to: 24) + "random features".alignedRight(to: 20))
    line(
      "put right",
      Self.text(evaluation.corrected).alignedRight(to: 20)
        + Self.text(evaluation.controlCorrected).alignedRight(to: 20))
    line(
      "right kept",
      Self.text(evaluation.kept).alignedRight(to: 20)
        + Self.text(evaluation.controlKept).alignedRight(to: 20))
    for sentence in evaluation.verdict.split(separator: ". ", maxSplits: 1) {
      line("", sentence.hasSuffix(".") ? String(sentence) : sentence + ".")
    }
  }

  // MARK: Lines

  private func heading(_ text: String) {
    let shown = isTerminal ? "\u{1B}[1m\(text)\u{1B}[0m" : text
    writeLine("\n" + shown, to: STDOUT_FILENO)
  }

  private func line(_ name: String, _ text: String) {
    writeLine("   " + name.padded(to: 13) + text, to: STDOUT_FILENO)
  }

  static func text(_ verification: AttributionCompute.Verification?) -> String {
    verification?.pearson.map { NumberText.fixed($0, 3) } ?? "not defined"
  }

  static func text(_ share: ClampEvaluation.Share) -> String {
    guard share.count > 0 else { return "none" }
    return "\(share.hits) of \(share.count) (\(NumberText.percent(share.share ?? 0)))"
  }
}
