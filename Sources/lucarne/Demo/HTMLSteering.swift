import KernelProtocol
import Reports

/// The report's part about the clamp.
struct HTMLSteering {
  private let story: Story

  init(_ story: Story) { self.story = story }

  var sections: String {
    guard let clamp = story.search.clamp, let steering = story.steering,
      let values = story.search.difference
    else {
      return """
        <h2>Clamping them</h2>
        <p class="verdict">None of the \(story.search.tried) clamps tried turned the answer.</p>
        """
    }
    return """
      <h2>Clamping them</h2>
      <p>Of \(story.search.tried) clamps tried on this question \(story.search.turned) turn its answer. \
      The one chosen: \(HTMLText.escaped(clamp.names)) \(HTMLText.escaped(clamp.manner)).\(kept)</p>
      <div class="answers">\(answers(steering))</div>
      <p>The difference of the logits: \(NumberText.signed(values.before)) in the model, \
      \(NumberText.signed(values.reconstruction)) on the reconstruction, \
      \(NumberText.signed(values.after)) under the clamp. The clamp reached \
      \(NumberText.counted(steering.receipt.positions, "position")), and moved the residual there by \
      \(NumberText.fixed(steering.receipt.meanNorm, 1)) on average.</p>
      \(evaluation)
      """
  }

  private var kept: String {
    guard story.search.calibrationCount > 0 else { return "" }
    return " On other maps it keeps \(story.search.kept) of \(story.search.calibrationCount) right "
      + "answers “\(HTMLText.escaped(story.asked.answer))”."
  }

  private func answers(_ steering: SteeringGenerate.Result) -> String {
    let titles: [SteeringGenerate.OutputName: String] = [
      .plain: "The model alone", .reconstruction: "The autoencoder's reconstruction alone",
      .steered: "With the clamp",
    ]
    return StoryAnswers.titles.compactMap { _, name in
      steering.outputs.first { $0.name == name }.map { output in
        let isRight = story.picture.right.map { trimmed(output.text) == $0 }
        let tone = isRight.map { $0 ? " good" : " bad" } ?? ""
        let probability = output.tokens.first.map { exponential($0.logProb) } ?? 0
        return """
          <div class="answer"><h3>\(titles[name] ?? "")</h3>
          <p class="said\(tone)">\(HTMLText.escaped(trimmed(output.text)))</p>
          <span class="soft">\(NumberText.percent(probability))\
          \(isRight.map { $0 ? ", right" : ", wrong" } ?? "")</span></div>
          """
      }
    }.joined(separator: "\n")
  }

  private var evaluation: String {
    guard let found = story.evaluation else { return "" }
    let text = TerminalReport.text(_:) as (ClampEvaluation.Share) -> String
    return """
      <h2>Does it carry over?</h2>
      <p>The same clamp on the other pictures with such questions, on which it was not chosen. Beside it \
      the same values on as many random active features, \(ClampEvaluation.draws) draws added up.</p>
      \(HTMLText.table(
        "Other questions", head: ["", "written words' features", "random features"],
        rows: [
          ["wrong answers put right", text(found.corrected), text(found.controlCorrected)],
          ["right answers kept", text(found.kept), text(found.controlKept)],
        ]))
      <p class="verdict">\(HTMLText.escaped(found.verdict))</p>
      """
  }
}
