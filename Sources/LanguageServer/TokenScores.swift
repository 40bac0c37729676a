import KernelProtocol
import SystemReasons

/// How strongly the tokens of a document support an answer.
struct TokenScores: Sendable {
  let comparison: PromptDocument.Comparison
  /// The target: the answer's logit, less the baseline's.
  let value: Float
  /// Of each position, summed over the latents.
  let byPosition: [Float]
  let features: [Feature]
  /// Shares of the prompt's parts, measured; empty where that was not cheap.
  let byPart: [String: Float]
  /// The kernel's own words.
  let explanation: AttributionCompute.Explanation

  struct Feature: Sendable {
    let latent: Int
    let activation: Float
    /// Its exact fall where that was measured, else its score to first order.
    let score: Float
    let isMeasured: Bool
  }

  /// A stretch of the file and what the tokens in it add up to.
  struct Place: Sendable {
    let range: TextRange
    let text: String
    let score: Float
    /// Whether the score was measured, rather than summed to first order.
    var isMeasured = false
    /// Beside the strongest; nil for next to nothing.
    var strength: Strength?
  }

  /// Tokens and images of the file, in its order; tokens that share a character are one.
  func places(in prompt: PromptOpen.Result) -> [Place] {
    var places: [Place] = []
    for token in prompt.tokens where byPosition.indices.contains(token.position) {
      let score = byPosition[token.position]
      if let last = places.last, last.range == token.range {
        places[places.count - 1] = Place(
          range: last.range, text: last.text + token.text, score: last.score + score)
      } else {
        places.append(Place(range: token.range, text: token.text, score: score))
      }
    }
    for part in prompt.parts {
      guard let image = part.image else { continue }
      let span = (part.span.start..<part.span.end).clamped(to: byPosition.indices)
      let measured = byPart[part.part]
      places.append(
        Place(
          range: part.range, text: "![\(image)]",
          score: measured ?? byPosition[span].reduce(0, +), isMeasured: measured != nil))
    }
    // A measured share and a first-order score are not on one scale.
    func largest(isMeasured: Bool) -> Float {
      places.filter { $0.isMeasured == isMeasured }.map { abs($0.score) }.max() ?? 0
    }
    let scales = [true: largest(isMeasured: true), false: largest(isMeasured: false)]
    return places.map { place in
      var place = place
      place.strength = Strength(abs(place.score), of: scales[place.isMeasured] ?? 0)
      return place
    }.sorted { $0.range.start < $1.range.start }
  }

  func sentence(_ place: Place) -> String {
    place.isMeasured
      ? "without \(quoted(place.text)), \(explanation.title) falls by \(signed(place.score)) "
        + "(measured)"
      : "\(signed(place.score)) from \(quoted(place.text)) for \(title), to first order"
  }

  /// As in `" No" over " Yes"`.
  var title: String {
    quoted(comparison.answer) + (comparison.baseline.map { " over \(quoted($0))" } ?? "")
  }
}

/// How much of the strongest score a score is.
enum Strength: String, CaseIterable, Sendable {
  case weak, medium, strong

  init?(_ score: Float, of largest: Float) {
    guard largest > 0, score >= 0.05 * largest else { return nil }
    self = score >= 0.5 * largest ? .strong : score >= 0.2 * largest ? .medium : .weak
  }
}

/// A score as people read it: `+1.23`, `−0.04`.
func signed(_ score: Float) -> String {
  (score < 0 ? "−" : "+") + decimal(abs(score))
}

/// Two places after the point.
func decimal(_ value: Float) -> String {
  guard value.isFinite, abs(value) < 1e9 else { return "\(value)" }
  let hundredths = Int((value * 100).rounded())
  let fraction = abs(hundredths % 100)
  let sign = hundredths < 0 && hundredths > -100 ? "-" : ""
  return "\(sign)\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
}
