/// Features that support the answer beside those that oppose it.
struct FeatureTables {
  private let features: [SessionReport.Feature]
  /// Of either side.
  private let limit: Int

  init(_ features: [SessionReport.Feature], limit: Int) {
    self.features = features
    self.limit = limit
  }

  var html: String {
    guard !features.isEmpty else { return "" }
    return "<div class=\"pair\">\(side("Features that support the answer") { $0 > 0 })"
      + "\(side("Features that oppose it") { $0 < 0 })</div>"
  }

  private func side(_ caption: String, _ belongs: (Double) -> Bool) -> String {
    let all = features.filter { belongs($0.effect) }
    let shown = all.prefix(limit)
    guard !shown.isEmpty else {
      return "<div><p class=\"soft\">\(HTMLText.escaped(caption)): none</p></div>"
    }
    let largest = features.map { abs($0.effect) }.filter(\.isFinite).max() ?? 1
    let rows = shown.map { feature in
      [
        name(feature), HTMLText.meter(feature.effect, of: largest),
        feature.measured.map { NumberText.signed($0) } ?? "–", NumberText.signed(feature.score),
        feature.activation.map(NumberText.significant) ?? "–",
      ]
    }
    let rest = all.count - shown.count
    return "<div>"
      + HTMLText.table(
        caption, head: ["feature", "", "measured", "score", "activation"], rows: rows,
        texts: [0, 1])
      + (rest > 0 ? "<p class=\"soft\">and \(NumberText.grouped(rest)) weaker</p>" : "") + "</div>"
  }

  private func name(_ feature: SessionReport.Feature) -> String {
    let label = feature.label.map { " \(HTMLText.isolated($0, limit: 120))" }
    return "<b>#\(feature.index)</b>\(label ?? "")"
  }
}
