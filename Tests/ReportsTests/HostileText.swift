import Reports

/// Reports whose every text is the same.
enum HostileText {
  static let examples = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onload='alert(1)",
    "</style></svg></title><h1>", "a\u{0}b\u{1B}[31m\u{7F}\u{85}", "\u{202E}desrever\u{2066}",
    "<!-- -->&amp;&lt;", String(repeating: "x", count: 10_000),
    String(repeating: "\u{301}", count: 500),
  ]

  static func report(_ text: String) -> FeatureReport {
    var report = FeatureReport(latent: 7, autoencoder: text, site: text)
    report.label = text
    report.labelScores = [.init(kind: text, value: 0.5, baseline: 0.1)]
    report.views = views(text)
    report.pictures = [1: .init(bytes: [9, 9], width: 10, height: 8)]
    report.promoted = [.init(token: text, effect: 1)]
    report.suppressed = [.init(token: text, effect: -1)]
    report.neighbours = [
      .init(
        latent: 8, score: 0.5, label: text, labelScores: [.init(kind: text, value: 0.5)],
        address: text)
    ]
    report.explanations = ["explained", "uninterpretable", "failed"].enumerated().map {
      .init(
        revision: $0 + 1, state: $1, text: text, author: text, method: text, date: text,
        scores: [(text, 0.5, 0.1, 3)])
    }
    report.identity = [(text, text)]
    report.notes = [text]
    return report
  }

  private static func views(_ text: String) -> [FeatureReport.View] {
    let picture = FeatureReport.Exemplar(
      score: 1.5, peak: 2, name: text, source: text,
      content: .picture(
        1, veils: .init(active: [1, 2], weighted: [3]),
        region: .init(left: -1, top: 0, width: 12, height: 7)))
    let words = FeatureReport.Exemplar(
      score: 1, peak: 1, name: text, source: nil, content: .text([(text, 1), (text, 0)]),
      picture: 1)
    let gone = FeatureReport.Exemplar(
      score: 1, peak: 1, name: text, source: nil, content: .missing(text))
    let statistics = FeatureReport.Statistics(
      active: 3, positions: 1_000, activeItems: 2, items: 10, mean: 1, maximum: 2,
      quantiles: [(0.5, 1), (0.9, 1.5)],
      histogram: [
        .init(lower: 0.5, upper: 1, count: 1), .init(lower: 1, upper: 1.125, count: 2),
      ])
    return [
      .init(
        name: "base", statistics: statistics,
        rankings: [.init(name: "mean", exemplars: [picture, gone])]),
      .init(
        name: "text", statistics: statistics,
        rankings: [.init(name: "max", exemplars: [words])]),
    ]
  }

  static func index(_ text: String) -> IndexPage {
    IndexPage(
      title: text, summary: text,
      entries: [
        .init(
          latent: 1, label: text, labelScores: [.init(kind: text, value: 0.5)],
          address: "feature-1.html", face: .picture([1]), view: text, frequency: 0.1,
          maximum: .nan, raised: [text]),
        .init(
          latent: 2, label: nil, address: text, face: .text([(text, 1), (text, 2)]), view: "text",
          frequency: 0.1, maximum: 1, raised: [text, text]),
      ])
  }

  /// Tags in order with their attributes' names, values in quotes left out: what a
  /// browser makes of a page.
  static func skeleton(_ html: String) -> [String] {
    var tags: [String] = []
    var tag: String?
    var quote: Unicode.Scalar?
    for scalar in html.unicodeScalars {
      guard tag != nil else {
        if scalar == "<" { tag = "" }
        continue
      }
      if let open = quote {
        if scalar == open { quote = nil }
      } else if scalar == "\"" || scalar == "'" {
        quote = scalar
      } else if scalar == ">" {
        tags.append(tag ?? "")
        tag = nil
      } else {
        tag?.unicodeScalars.append(scalar)
      }
    }
    return tags
  }
}
