import KernelProtocol
import Reports

/// The report's part about what turns the answer.
struct HTMLRemoval {
  private let story: Story
  private var search: RemovalSearch { story.search }

  init(_ story: Story) { self.story = story }

  var sections: String {
    """
    <h2>What changes the answer</h2>
    <p>\(coverage)The best were set to zero together, everywhere.</p>
    \(sets)
    \(chosen)
    \(evaluation)
    """
  }

  private var coverage: String {
    search.coverage.map {
      "\($0.measured) of \($0.candidates) active features were ablated, each alone and exactly. "
    } ?? ""
  }

  private var sets: String {
    guard !search.outcomes.isEmpty else { return "" }
    let isCalibrated = search.calibrationCount > 0
    return HTMLText.table(
      isCalibrated
        ? "Sets of features; kept: of \(search.calibrationCount) right answers "
          + "“\(story.asked.answer)” on other maps" : "Sets of features",
      head: ["set to zero", "the difference then"] + (isCalibrated ? ["kept"] : []),
      rows: search.outcomes.map { outcome in
        [outcome.removal.names, signed(outcome.values.after)]
          + (isCalibrated ? [outcome.turns ? "\(outcome.kept)" : "–"] : [])
      })
  }

  private var chosen: String {
    guard let chosen = search.chosen, let steering = story.steering else {
      return "<p class=\"verdict\">No set of features changes the answer.</p>"
    }
    return """
      <p>Chosen: <strong>\(chosen.removal.names)</strong>.</p>
      <div class="answers">\(answers(steering))</div>
      <p>The difference: \(signed(chosen.values.before)) in the model, \
      \(signed(chosen.values.reconstruction)) on the reconstruction, \
      \(signed(chosen.values.after)) without them. \
      \(NumberText.counted(steering.receipt.positions, "position")) changed.</p>
      """
  }

  private func answers(_ steering: SteeringGenerate.Result) -> String {
    let titles: [SteeringGenerate.OutputName: String] = [
      .plain: "The model alone", .reconstruction: "The autoencoder's reconstruction alone",
      .steered: "Without the features",
    ]
    return StoryAnswers.titles.compactMap { _, name in
      steering.outputs.first { $0.name == name }.map { output in
        let isRight = story.asked.right.map { trimmed(output.text) == $0 }
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
    return """
      <h2>Does it carry over?</h2>
      <p>The same features set to zero on questions about other pictures, on which they were not \
      chosen: \
      the other probes, the other questions about what maps show, and one of another kind for each \
      picture. Beside it as many random features of similar activity, \(RemovalEvaluation.draws) \
      draws.</p>
      \(HTMLText.table(
        "Other questions", head: ["", "without the features", "without random ones, each draw"],
        rows: [
          [
            "wrong answers corrected", found.corrected.text,
            RemovalEvaluation.text(found.controls.map(\.corrected)),
          ],
          [
            "right answers kept", found.kept.text,
            RemovalEvaluation.text(found.controls.map(\.kept)),
          ],
        ]))
      <div class="verdict">\(found.verdict.map { "<p>\(HTMLText.escaped($0))</p>" }.joined())</div>
      """
  }
}
