/// A number of a benchmark, under the name that its authors give it.
package struct Metric: Sendable, Equatable {
  package let name: String
  /// nil where nothing of its kind was asked or answered.
  package let value: Double?
  /// Where the number is a share.
  package let rate: Rate?

  init(_ name: String, _ value: Double?) {
    self.name = name
    self.value = value
    rate = nil
  }

  init(_ name: String, _ rate: Rate) {
    self.name = name
    value = rate.value
    self.rate = rate
  }
}

extension QuestionFormat {
  /// The benchmark's own numbers on answers, as its official script counts them.
  package func metrics(of answers: [AnsweredQuestion]) -> [Metric] {
    switch self {
    case .pope: Self.popeMetrics(of: answers)
    case .hallusionBench: HallusionBenchMetrics(answers).metrics
    case .amber: Self.amberMetrics(of: answers)
    case .questions: Self.ownMetrics(of: answers)
    }
  }

  /// Yes is positive.
  private static func popeMetrics(of answers: [AnsweredQuestion]) -> [Metric] {
    let counts = counts(of: answers, positive: .yes)
    return [
      Metric("accuracy", counts.accuracy), Metric("precision", counts.precision),
      Metric("recall", counts.recall), Metric("f1", counts.f1),
      Metric("yesRatio", Rate(of: answers) { $0.judgement.said == .yes }),
    ]
  }

  /// No is positive: what is looked for is what is not there. Attributes are those of state,
  /// number and action.
  private static func amberMetrics(of answers: [AnsweredQuestion]) -> [Metric] {
    let attributes = ["state", "number", "action"]
    let groups: [(String, (String?) -> Bool)] =
      [
        ("", { _ in true }), ("existence.", { $0 == "existence" }),
        ("attribute.", { $0.map(attributes.contains) == true }),
      ] + attributes.map { name in (name + ".", { $0 == name }) }
      + [("relation.", { $0 == "relation" })]
    return groups.flatMap { prefix, holds -> [Metric] in
      let chosen = answers.filter { holds($0.item.kind) }
      guard !chosen.isEmpty else { return [] }
      let counts = counts(of: chosen, positive: .no)
      return [
        Metric(prefix + "accuracy", counts.accuracy),
        Metric(prefix + "precision", counts.precision),
        Metric(prefix + "recall", counts.recall), Metric(prefix + "f1", counts.f1),
      ]
    }
  }

  private static func ownMetrics(of answers: [AnsweredQuestion]) -> [Metric] {
    let right = Metric("accuracy", Rate(of: answers, where: \.isRight))
    let yesNo = answers.filter { $0.truth != nil }
    guard !yesNo.isEmpty else { return [right] }
    return [right, Metric("yesRatio", Rate(of: yesNo) { $0.judgement.said == .yes })]
  }

  private static func counts(of answers: [AnsweredQuestion], positive: YesNo) -> YesNoCounts {
    var counts = YesNoCounts()
    for answer in answers {
      guard let truth = answer.truth else { continue }
      counts.add(answer.judgement.said, truth: truth, positive: positive)
    }
    return counts
  }
}
