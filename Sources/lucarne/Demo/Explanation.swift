import KernelProtocol

/// Why the model prefers its answer, as the kernel measured it and in the kernel's own words.
struct Explanation {
  let asked: Asked
  /// The answer's first token against its opposite, or against the likeliest
  /// one that does not spell it.
  let target: Target
  /// Parts by ablation, features by gradient with the strongest ablated exactly, and
  /// the heat map in patches.
  let found: AttributionCompute.Result
  /// The control that touches no feature: the picture painted over, the question's words taken out.
  let occlusion: AttributionCompute.Result
  /// The written words painted over one by one; none for a picture without any, or
  /// of which none are known.
  let words: AttributionCompute.Result?
  /// Those ablated exactly, highest fall first.
  let features: [ExplainedFeature]

  var title: String { found.explanation.title }
  /// The features that hold the answer up, and those that hold it down, strongest first.
  var supporters: [ExplainedFeature] { features.filter { $0.ablated > 0 } }
  var opposers: [ExplainedFeature] { features.filter { $0.ablated < 0 }.reversed() }

  /// What the kernel says of it, less what is in the title; nothing where its
  /// measurements contradict each other.
  var sentences: [String] {
    contradiction == nil ? Array(found.explanation.sentences.dropFirst()) : []
  }

  /// Two measurements of the picture whose signs differ.
  var contradiction: String? {
    func share(_ result: AttributionCompute.Result) -> Double? {
      result.byPart.first { $0.part == Interview.picturePart }?.score
    }
    guard let ablated = share(found), let hidden = share(occlusion), ablated * hidden < 0 else {
      return nil
    }
    return "Without its features the answer falls by \(signed(ablated)), painted over by "
      + "\(signed(hidden)): the two disagree about the picture, so nothing is concluded."
  }
}

extension Explanation {
  /// Features whose scores are listed and held against exact ablation.
  static let listed = 10

  init(_ asked: Asked, words: [AttributionCompute.NamedRegion], interview: Interview) throws {
    self.asked = asked
    target = try Self.target(of: asked, interview: interview)
    found = try interview.attribution(
      asked, target, topK: Self.listed, verify: nil, parts: .init(method: .ablation),
      render: .init(image: .patches, text: .html))
    occlusion = try interview.attribution(
      asked, target, topK: 1, verify: 0, parts: .init(method: .occlusion),
      render: .init(image: .smooth, text: .png))
    self.words =
      words.isEmpty
      ? nil
      : try interview.attribution(
        asked, target, topK: 1, verify: 0, parts: .init(method: .occlusion, regions: words))
    let tokens = try interview.tokens(of: asked)
    let active = Dictionary(
      try interview.activations(asked).map { ($0.feature, $0.positions) },
      uniquingKeysWith: { first, _ in first })
    features = (found.verification?.items ?? []).compactMap { measured in
      measured.feature.flatMap {
        ExplainedFeature(measured, at: active[$0] ?? [], among: tokens)
      }
    }.sorted { $0.ablated > $1.ablated }
  }

  /// No for Yes, Yes for No; else the kernel chooses what the answer is held against.
  private static func target(of asked: Asked, interview: Interview) throws -> Target {
    guard let answer = asked.answerTokens.first else {
      throw DemoError.noAnswer(question: asked.question)
    }
    let opposite = ["Yes": "No", "No": "Yes"][trimmed(answer.text)]
    let other = try opposite.flatMap { opposite in
      try interview.candidates(for: asked, count: 100).first { trimmed($0.text) == opposite }
    }
    return .logitDifference(
      answer: .id(answer.id), baseline: other.map { .id($0.id) }, position: nil)
  }
}
