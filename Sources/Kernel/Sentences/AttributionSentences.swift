import Interpretation
import KernelProtocol

/// An attribution in words. This is the one place where sentences about an answer
/// are made, for every client.
///
/// What is said to support or oppose an answer was measured: a part by its ablation, a feature by
/// its own. A first-order score is never given as a cause.
struct AttributionSentences {
  let result: AttributionCompute.Result
  /// What was not measured and why.
  let notes: [String]

  private var target: AttributionCompute.TargetValue { result.target }

  /// What the target prefers to what.
  private var preference: String {
    guard let baseline = target.baseline else {
      return SpeltText.quoted(target.answer.map(\.text).joined())
    }
    return name(target.answer) + " over " + name(baseline)
  }

  /// A set by its first token; the title names them all.
  private func name(_ tokens: [AttributionCompute.Token]) -> String {
    let first = SpeltText.quoted(tokens.first?.text ?? "")
    return tokens.count > 1 ? "\(first) and its like" : first
  }

  var sentences: [String] {
    ["\(target.title) = \(Number.signed(target.value))."] + parts + path + features + agreement
      + notes
  }

  // MARK: Parts

  private var parts: [String] {
    guard let identity = result.identity, !result.byPart.isEmpty else { return [] }
    let hides = identity.method == .occlusion
    let verb = hides ? "Hidden one by one" : "Features ablated part by part"
    switch identity.method {
    case .sum:
      return [
        "Sums of first-order scores by part, a tangent and no measurement: "
          + list(result.byPart.map { "\($0.part) \(Number.signed($0.score))" }) + ".",
        line(identity),
      ]
    case .shapley:
      return [
        "Shapley values, measured: "
          + list(result.byPart.map { "\($0.part) \(Number.signed($0.score))" }) + ".",
        strongestPart(identity, "By Shapley values, the features at the", plural: true),
        line(identity),
      ].compactMap(\.self)
    default:
      let together =
        result.byPart.count > 1
        ? "; all together \(Number.signed(identity.features))" : ""
      return [
        "\(verb): "
          + list(result.byPart.map { "\($0.part) \(Number.signed($0.score))" }) + together + ".",
        strongestPart(
          identity, hides ? "Hidden alone, the" : "Of the parts' features, ablated, those at the",
          plural: !hides),
        overlap(identity), line(identity),
      ].compactMap(\.self)
    }
  }

  /// Which part matters most, where it does matter.
  private func strongestPart(
    _ identity: AttributionCompute.Identity, _ beginning: String, plural: Bool
  ) -> String? {
    guard let most = result.byPart.max(by: { abs($0.score) < abs($1.score) }),
      abs(most.score) > 0.01 * max(abs(identity.target), abs(identity.features))
    else { return nil }
    let verb = (most.score > 0 ? "support" : "oppose") + (plural ? "" : "s")
    return "\(beginning) \(most.part) \(verb) \(preference) most."
  }

  private func overlap(_ identity: AttributionCompute.Identity) -> String? {
    guard result.byPart.count > 1, abs(identity.interaction) > 0.05 * abs(identity.features) else {
      return nil
    }
    return "The parts do not add up: together they contribute "
      + "\(Number.fixed(abs(identity.interaction))) "
      + (identity.interaction < 0 ? "less" : "more") + " than separately."
  }

  /// The line that closes.
  private func line(_ identity: AttributionCompute.Identity) -> String {
    let what = identity.method == .occlusion ? "parts" : "features"
    var text =
      "\(Number.signed(identity.target)) = start \(Number.signed(identity.start)) + \(what) "
      + "\(Number.signed(identity.features)) + gap \(Number.signed(identity.gap))"
    if let bias = identity.bias, let error = identity.errorTerm {
      text +=
        "; start = bias \(Number.signed(bias)) + autoencoder's error \(Number.signed(error))"
      if let elsewhere = identity.elsewhere {
        text += " + features elsewhere \(Number.signed(elsewhere))"
      }
    }
    return text + "."
  }

  private var path: [String] {
    guard let difference = result.endpointDifference, let remainder = result.remainder else {
      return []
    }
    return [
      "Along the path the target changes by \(Number.signed(difference)), of which the scores "
        + "leave "
        + "\(Number.signed(remainder))."
    ]
  }

  // MARK: Features

  private var features: [String] {
    // What is next to nothing beside the target neither supports nor opposes it.
    let least = 0.01 * max(abs(target.value), abs(result.identity?.features ?? 0))
    let measured = measuredFeatures.filter { abs($0.score) > least }
    guard !measured.isEmpty else { return [] }
    func told(_ items: [(name: String, score: Double)]) -> String {
      list(items.prefix(3).map { "\($0.name) \(Number.signed($0.score))" })
    }
    let supporters = measured.filter { $0.score > 0 }.sorted { $0.score > $1.score }
    let opposers = measured.filter { $0.score < 0 }.sorted { $0.score < $1.score }
    return [
      supporters.isEmpty
        ? nil
        : "Of the features ablated exactly, these support \(preference): \(told(supporters)).",
      opposers.isEmpty ? nil : "These oppose it: \(told(opposers)).",
    ].compactMap(\.self)
  }

  private var measuredFeatures: [(name: String, score: Double)] {
    let measured: [(feature: FeatureRef?, sae: String?, position: Int?, fall: Double)] =
      result.method == .ablation
      ? result.items.map { ($0.feature, $0.sae, $0.position, $0.score) }
      : (result.verification?.items ?? []).map { ($0.feature, $0.sae, $0.position, $0.measured) }
    return measured.compactMap { item in
      let at = item.position.map { " at position \($0)" } ?? ""
      if let feature = item.feature {
        let owner = result.bySae == nil ? "" : "\(feature.sae) "
        return ("\(owner)#\(feature.index)\(at)", item.fall)
      }
      let owner = item.sae.map { "\($0)'s features of " } ?? ""
      return item.position.map { ("\(owner)the token at position \($0)", item.fall) }
    }
  }

  private var agreement: [String] {
    if let coverage = result.coverage {
      return [
        "Every score was measured"
          + (coverage.measured < coverage.candidates
            ? ", for \(coverage.measured) of \(coverage.candidates) candidates." : ".")
      ]
    }
    guard let found = result.verification, found.n > 0 else { return [] }
    var figures: [String] = []
    if let pearson = found.pearson { figures.append("Pearson \(Number.fixed(pearson))") }
    if let spearman = found.spearman { figures.append("Spearman \(Number.fixed(spearman))") }
    if let slope = found.slope { figures.append("slope \(Number.fixed(slope))") }
    figures.append("\(found.wrongSigns) of \(found.signsCounted) signs wrong")
    let text =
      "Scores against \(Number.counted(found.n, "exact ablation")): " + list(figures) + "."
    guard let reasons = found.notReliable else { return [text] }
    return [
      text,
      "Scores that were not measured are not reliable: " + reasons.joined(separator: "; ") + ".",
    ]
  }

  private func list(_ items: [String]) -> String { items.joined(separator: ", ") }
}

extension Doubt {
  /// The doubt as a clause.
  var clause: String {
    switch self {
    case .tooFew(let count):
      "\(Number.counted(count, "measurement")) \(count == 1 ? "is" : "are") too few to say how "
        + "well scores "
        + "agree, \(Agreement.leastCount) are needed"
    case .noVariance: "all scores, or all measured falls, are the same"
    case .correlation(let pearson):
      "Pearson \(Number.fixed(pearson)) is below \(Number.fixed(Agreement.leastPearson))"
    case .signs(let wrong, let counted):
      "\(wrong) of \(counted) scores \(wrong == 1 ? "has" : "have") the wrong sign, more than one "
        + "in ten"
    }
  }
}
