/// The switches of a feature's page: the view, the ranking and how exemplars are masked. Style
/// sheets alone act on them.
struct FeatureSwitches {
  private let report: FeatureReport

  init(_ report: FeatureReport) { self.report = report }

  /// Of the views of all families, as many crops as a picture of theirs is cut into by default, and
  /// as many again.
  static let viewNames = Dictionary(
    uniqueKeysWithValues: [
      ("base", "Whole picture"), ("tiles", "Tiles"), ("image", "Picture"), ("text", "Text"),
    ] + (1...8).map { ("crop\($0)", "Crop \($0)") })
  static let rankingNames = ["mean": "Mean", "max": "Maximum", "mass": "Sum"]

  /// Views that are shown, in order; names that no style sheet knows are left out.
  static func views(_ report: FeatureReport) -> [String] {
    report.views.map(\.name).filter { viewNames[$0] != nil }
  }

  static func rankings(_ report: FeatureReport) -> [String] {
    let known = report.views.flatMap { $0.rankings.map(\.name) }
    return ["mean", "max", "mass"].filter(known.contains)
  }

  var html: String {
    let views = Self.views(report)
    guard !views.isEmpty else { return "" }
    let hasPictures = views.contains { $0 != "text" }
    let masks = [
      ("dimmed", "Dimmed"), ("weighted", "By strength"), ("black", "Black"), ("none", "None"),
    ]
    return """
      <form class="switches" aria-label="What is shown">
      \(group("Seen in", "view", views.map { ($0, name(ofView: $0)) }, report.opening))
      \(group("Ranked by", "rank", Self.rankings(report).map { ($0, Self.rankingNames[$0] ?? $0) }))
      \(hasPictures ? group("Mask", "mask", masks, smooths: true) : "")
      </form>
      """
  }

  /// With its largest activation, by which views compare.
  private func name(ofView name: String) -> String {
    let largest = report.views.first { $0.name == name }?.statistics.maximum
    return (Self.viewNames[name] ?? name)
      + (largest.map { " <small>max \(NumberText.significant($0))</small>" } ?? "")
  }

  private func group(
    _ title: String, _ name: String, _ items: [(String, String)], _ chosen: String? = nil,
    smooths: Bool = false
  ) -> String {
    let checked = items.firstIndex { $0.0 == chosen } ?? 0
    let inputs = items.enumerated().map { index, item in
      """
      <label><input type="radio" name="\(name)" id="\(name)-\(item.0)"\
      \(index == checked ? " checked" : "")><span>\(item.1)</span></label>
      """
    }
    let smooth =
      smooths
      ? "<label><input type=\"checkbox\" id=\"smooth\"><span>Smooth</span></label>" : ""
    return """
      <fieldset\(smooths ? " class=\"masks\"" : "")><legend>\(title)</legend><div \
      class="segments">\(inputs.joined())\(smooth)</div></fieldset>
      """
  }
}
