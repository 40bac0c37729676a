/// Answers and targets with features changed, each with what was really done.
struct ChangeSection {
  private let question: SessionReport.Question

  init(_ question: SessionReport.Question) { self.question = question }

  var html: String {
    question.steerings.map(steering).joined(separator: "\n")
      + question.ablations.map(ablation).joined(separator: "\n")
  }

  private func steering(_ steering: SessionReport.Steering) -> String {
    let cards = [
      ("As it is", steering.plain), ("On the reconstruction", steering.reconstruction),
      ("With the change", steering.steered),
    ].compactMap { title, answer in
      answer.map {
        "<div class=\"answer\"><h4>\(title)</h4>\(AnswerStrip($0).html)</div>"
      }
    }
    let facts = steering.receipt.map { name, value in
      "<div><dt>\(HTMLText.escaped(name))</dt><dd>\(HTMLText.escaped(value))</dd></div>"
    }
    return """
      <article class="steering"><h3>\(title(steering.changes))</h3>
      <div class="answers">\(cards.joined(separator: "\n"))</div>
      <dl class="run receipt">\(facts.joined(separator: "\n"))</dl>
      <p class="soft">\(HTMLText.isolated(steering.manner, limit: 300))</p></article>
      """
  }

  private func ablation(_ ablation: SessionReport.Ablation) -> String {
    let rows = ablation.targets.prefix(64).map {
      [
        HTMLText.isolated($0.title, limit: 400), NumberText.fixed($0.before),
        NumberText.fixed($0.reconstruction), NumberText.fixed($0.after),
      ]
    }
    return """
      <article class="ablation"><h3>\(title(ablation.changes))</h3>
      \(HTMLText.table(
        "Targets", head: ["target", "as it is", "reconstruction", "with the change"], rows: rows))
      <p class="soft">KL divergence at the last position: \
      \(NumberText.significant(ablation.divergence)) nats</p></article>
      """
  }

  private func title(_ changes: [String]) -> String {
    guard !changes.isEmpty else { return "Nothing changed" }
    let shown = changes.prefix(16).map { HTMLText.isolated($0, limit: 200) }
    let rest = changes.count - shown.count
    return "Changed: " + shown.joined(separator: "; ") + (rest > 0 ? "; and \(rest) more" : "")
  }
}
