/// Features whose effect is above zero beside those whose is below, the largest first.
struct FeatureTables {
  private let features: [SessionReport.Feature]
  /// Of either side.
  private let limit: Int
  private let captions: (above: String, below: String)
  private let showsActivations: Bool

  init(
    _ features: [SessionReport.Feature], limit: Int,
    captions: (above: String, below: String) = (
      "Features that support the answer", "Features that oppose it"
    ), showsActivations: Bool = true
  ) {
    self.features = features.sorted { abs($0.effect) > abs($1.effect) }
    self.limit = limit
    self.captions = captions
    self.showsActivations = showsActivations
  }

  var html: String {
    guard !features.isEmpty else { return "" }
    return "<div class=\"pair\">\(side(captions.above) { $0 > 0 })"
      + "\(side(captions.below) { $0 < 0 })</div>"
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
      ] + (showsActivations ? [feature.activation.map(NumberText.significant) ?? "–"] : [])
    }
    let head = ["feature", "", "measured", "score"] + (showsActivations ? ["activation"] : [])
    let rest = all.count - shown.count
    return "<div>"
      + HTMLText.table(caption, head: head, rows: rows, texts: [0, 1])
      + (rest > 0 ? "<p class=\"soft\">and \(NumberText.grouped(rest)) weaker</p>" : "") + "</div>"
  }

  private func name(_ feature: SessionReport.Feature) -> String {
    let label = feature.label.map { " \(HTMLText.isolated($0, limit: 120))" }
    return "<b>#\(feature.index)</b>\(label ?? "")"
  }
}
