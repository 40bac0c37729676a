import KernelProtocol

/// Why the model prefers its answer: the attribution of logit(answer) − logit(other).
struct Explanation {
  let asked: Asked
  let answer: Candidate
  let other: Candidate
  /// Scores added up over positions, with the ten highest ablated exactly.
  let byFeature: AttributionCompute.Result
  /// Scores of single tokens' features, likewise.
  let byToken: AttributionCompute.Result
  let features: [ExplainedFeature]
  /// The name that the question asks for, and the scores of its tokens.
  let name: String
  let nameScore: Double
  /// `byFeature`'s picture is drawn in patches, `byToken`'s smoothly.
  var renderings: [AttributionCompute.Rendering] {
    (byFeature.renderings ?? []) + (byToken.renderings ?? [])
  }

  func score(ofPart part: String) -> Double {
    byFeature.byPart.first { $0.part == part }?.score ?? 0
  }
}

/// A feature of the explanation, with the exact fall of the difference when it is ablated.
struct ExplainedFeature {
  let feature: FeatureRef
  let predicted: Double
  let measured: Double
  /// How many tokens it is active at.
  let tokenCount: Int
  /// The token where its share is largest.
  let strongest: ContextTokens.Token
}

extension Explanation {
  static let verified = 10

  init(_ asked: Asked, interview: Interview) throws {
    let (answer, other) = try Self.sides(of: asked, interview: interview)
    (self.asked, self.answer, self.other) = (asked, answer, other)
    func attribution(
      _ aggregate: AttributionCompute.Aggregate, topK: Int, _ render: AttributionCompute.Render
    ) throws -> AttributionCompute.Result {
      try interview.kernel(
        AttributionCompute.self,
        AttributionCompute.Params(
          context: asked.context, sae: interview.sae,
          target: .logitDifference(answer: .id(answer.id), baseline: .id(other.id), position: nil),
          method: .gradient, topK: topK, aggregate: aggregate, verify: Self.verified,
          render: render))
    }
    byFeature = try attribution(
      .feature, topK: Self.verified, .init(image: .patches, text: .html))
    byToken = try attribution(
      .none, topK: asked.tokenCount * interview.saeFacts.k, .init(image: .smooth, text: .png))
    let tokens = try interview.tokens(of: asked)
    let active = Dictionary(grouping: byToken.items) { $0.feature?.index ?? -1 }
    features = (byFeature.verification?.items ?? []).compactMap { measured in
      let places = active[measured.feature.index] ?? []
      guard let strongest = places.max(by: { abs($0.score) < abs($1.score) })?.position,
        tokens.indices.contains(strongest)
      else { return nil }
      return ExplainedFeature(
        feature: measured.feature, predicted: measured.predicted, measured: measured.measured,
        tokenCount: Set(places.compactMap(\.position)).count, strongest: tokens[strongest])
    }
    let named = Set(try interview.namePositions(of: asked))
    name = try interview.name(in: asked)
    nameScore = byToken.items.reduce(0) { sum, item in
      named.contains(item.position ?? -1) ? sum + item.score : sum
    }
  }

  /// The answer's first token and what to hold it against: No for Yes, Yes for No, else the runner-up.
  private static func sides(
    of asked: Asked, interview: Interview
  ) throws -> (Candidate, Candidate) {
    let candidates = try interview.candidates(for: asked, count: 100)
    guard let first = asked.answerTokens.first,
      let answer = candidates.first(where: { $0.id == first.id })
    else { throw DemoError.noAnswer(question: asked.question) }
    let opposite = ["Yes": "No", "No": "Yes"][trimmed(answer.text)]
    let others = candidates.filter { $0.id != answer.id }
    guard let other = others.first(where: { trimmed($0.text) == opposite }) ?? others.first else {
      throw DemoError.noAnswer(question: asked.question)
    }
    return (answer, other)
  }
}
