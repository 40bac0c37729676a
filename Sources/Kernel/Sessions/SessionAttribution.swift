import JSON
import KernelProtocol
import Reports

/// What several requests found about one target: by token, by feature, by part.
struct SessionAttribution {
  private static let itemLimit = 256

  /// What was asked, but not how it was added up.
  struct Question: Hashable {
    private let context: SessionReading.ContextName
    /// The params that say it, as JSON.
    private let params: [[UInt8]]

    init(_ asked: SessionReading.Asked) {
      context = asked.context
      params = ["target", "sae", "saes", "version", "region", "splice"].map { name in
        asked.entry.params[name].flatMap { try? $0.bytes() } ?? []
      }
    }
  }

  private let context: SessionReading.ContextName
  private var byToken: AttributionCompute.Result?
  private var byFeature: AttributionCompute.Result?

  init(_ asked: SessionReading.Asked, _ result: AttributionCompute.Result) {
    context = asked.context
    add(result)
  }

  mutating func add(_ result: AttributionCompute.Result) {
    // What is summed over is absent from its items.
    if result.items.contains(where: { $0.feature != nil && $0.position == nil }) {
      byFeature = result
    } else if result.items.contains(where: { $0.feature == nil && $0.position != nil }) {
      // Of several autoencoders a place has as many scores, and they do not add up.
      if result.bySae == nil { byToken = result }
    } else if byFeature == nil, !result.byPart.isEmpty {
      byFeature = result
    }
  }

  /// Whether there is anything of it that a page shows.
  var isTelling: Bool { byToken != nil || byFeature != nil }

  /// - Parameter places: of the prompt's pictures among the session's.
  func report(
    _ labels: SessionLabels, tokens: [SessionReading.ContextName: [ContextTokens.Token]],
    places: [Int?]
  ) -> SessionReport.Attribution {
    guard let first = byFeature ?? byToken else {
      return SessionReport.Attribution(title: "", value: 0, method: "")
    }
    let methods =
      [byToken.map { "places scored by \($0.method.rawValue)" }]
      + [byFeature.map { "features by \($0.method.rawValue)" }]
    var report = SessionReport.Attribution(
      title: first.explanation.title, value: first.target.value,
      method: methods.compactMap(\.self).joined(separator: ", "))
    if let byToken, let known = tokens[context] {
      report.places = SessionReport.Places(byToken, known, places)
    }
    guard let byFeature else { return report }
    report.features = byFeature.items.prefix(Self.itemLimit).compactMap { item in
      item.feature.map { feature in
        SessionReport.Feature(
          index: feature.index, label: labels[feature.sae, feature.index], score: item.score,
          measured: item.measured, activation: item.activation)
      }
    }
    report.parts = byFeature.byPart.map { .init(name: $0.part, score: $0.score) }
    report.sums =
      byFeature.identity.map {
        [
          ("beyond each alone", $0.interaction), ("all together", $0.features),
          ("without any of them", $0.start), ("the target", $0.target),
        ]
      } ?? []
    report.check = byFeature.verification.map { SessionReport.Check($0, labels) }
    report.sentences = byFeature.explanation.sentences
    return report
  }
}

extension SessionReport.Places {
  /// Pictures of one prompt with a map.
  private static let mapLimit = 16

  fileprivate init(
    _ found: AttributionCompute.Result, _ tokens: [ContextTokens.Token], _ places: [Int?]
  ) {
    let scores = Dictionary(
      found.items.compactMap { item in item.position.map { ($0, item.score) } },
      uniquingKeysWith: { $1 })
    let words = tokens.filter { $0.image == nil && $0.position <= found.target.position }
      .map { (text: $0.text, score: scores[$0.position] ?? 0) }
    self.init(
      maps: places.indices.prefix(Self.mapLimit).compactMap { image in
        places[image].flatMap { SessionReport.Map(of: image, at: $0, tokens, scores) }
      }, words: words, largest: scores.values.lazy.map(abs).filter(\.isFinite).max() ?? 0)
  }
}

extension SessionReport.Map {
  /// Of the finest view, which is the last; nil where the tokens have no patches of the picture.
  fileprivate init?(
    of image: Int, at picture: Int, _ tokens: [ContextTokens.Token], _ scores: [Int: Double]
  ) {
    let own = tokens.filter { $0.image == image && $0.box != nil }
    guard let view = own.last?.view else { return nil }
    self.init(
      picture: picture, view: view == "base" ? "whole picture" : view,
      cells: own.filter { $0.view == view }.compactMap { token in
        token.box.map {
          Cell(
            left: $0.x0, top: $0.y0, right: $0.x1, bottom: $0.y1,
            score: scores[token.position] ?? 0)
        }
      })
  }
}

extension SessionReport.Check {
  private static let pointLimit = 400

  fileprivate init(_ found: AttributionCompute.Verification, _ labels: SessionLabels) {
    let figures: [String?] = [
      "\(NumberText.grouped(found.n)) measured by exact ablation",
      found.pearson.map { "Pearson \(NumberText.fixed($0))" },
      found.spearman.map { "Spearman \(NumberText.fixed($0))" },
      found.slope.map { "slope \(NumberText.fixed($0))" },
      "\(found.wrongSigns) of \(found.signsCounted) signs wrong",
    ]
    self.init(
      points: found.items.prefix(Self.pointLimit).map { item in
        Point(
          name: item.feature.map { "#\($0.index)" } ?? "position \(item.position ?? 0)",
          origin: item.origin.rawValue, predicted: item.predicted, measured: item.measured)
      }, figures: figures.compactMap(\.self), doubts: found.notReliable ?? [])
  }
}
