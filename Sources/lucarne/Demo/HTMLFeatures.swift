import KernelProtocol
import Reports

/// The report's part about single features: those that support the answer
/// beside those that oppose it.
struct HTMLFeatures {
  private let explanation: Explanation

  init(_ explanation: Explanation) { self.explanation = explanation }

  var section: String {
    """
    <h2>Which features</h2>
    <p>The score predicts how far the difference falls when a feature is taken out. The kernel \
    took \
    the strongest out, each everywhere, ran the rest of the model again and measured the fall.</p>
    \(table("Features that support the answer", explanation.supporters))
    \(table("Features that oppose it", explanation.opposers))
    \(agreement)
    """
  }

  private func table(_ caption: String, _ features: [ExplainedFeature]) -> String {
    let strongest = features.filter { !$0.isRandom }
    guard !strongest.isEmpty else { return "" }
    let largest = explanation.features.map { abs($0.ablated) }.max() ?? 1
    return HTMLText.table(
      caption, head: ["feature", "score", "ablated", "", "tokens", "most active at"],
      rows: strongest.map { feature in
        [
          "#\(feature.feature.index)", signed(feature.predicted), signed(feature.ablated),
          HTMLText.bar(feature.ablated, of: largest), "\(feature.tokenCount)",
          HTMLText.escaped(Story.place(of: feature.strongest)),
        ]
      }, texts: [0, 3, 5])
  }

  private var agreement: String {
    let figures = explanation.agreement
    guard !figures.isEmpty else { return "" }
    let doubts = explanation.found.verification?.notReliable ?? []
    let flag =
      doubts.isEmpty
      ? "<p class=\"good\">There is no sign that the scores are unreliable.</p>"
      : "<p class=\"bad\">The scores are not reliable here: "
        + "\(HTMLText.escaped(doubts.joined(separator: "; "))). Rely on the ablated column.</p>"
    return HTMLText.table(
      "Scores against exact ablation, features drawn at random among them",
      head: figures.map { HTMLText.escaped($0.name) }, rows: [figures.map(\.figure)], texts: [])
      + flag
  }
}
