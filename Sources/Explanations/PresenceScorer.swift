/// How well a latent's largest activation in a picture tells whether the concept is there:
/// the area under the ROC curve, 0.5 by chance, and the balanced accuracy at the threshold
/// that is best on the other half.
package struct PresenceScorer: ExplanationScorer {
  package let kind = "auc"

  package init() {}

  package func score(
    _ subject: ScoredExplanation, on maps: ConceptMaps
  ) -> MeasuredExplanation? {
    let activity = maps.activity(ofLatent: subject.latent)
    let places = maps.set.concepts[subject.concept].places
    let half = maps.measuringHalf(ofConcept: subject.concept)
    func sample(_ pictures: some Sequence<Int>) -> Sample {
      Sample(pictures.map { (activity[$0]?.max ?? 0, places[$0] != nil) })
    }
    let measured = sample(maps.pictures(for: subject))
    guard let area = measured.areaUnderCurve else { return nil }
    let choosing = sample(maps.set.pictures.indices.filter { !half[$0] })
    let measuring = sample(maps.set.pictures.indices.filter { half[$0] })
    var details = [
      "positives": Double(measured.positives), "negatives": Double(measured.negatives),
      "heldOut": subject.wasChosenHere ? 1 : 0,
    ]
    if let threshold = choosing.bestThreshold,
      let accuracy = measuring.balancedAccuracy(from: threshold)
    {
      details["threshold"] = Double(threshold)
      details["balancedAccuracy"] = accuracy
    }
    return MeasuredExplanation(
      value: area, baseline: 0.5, count: measured.positives + measured.negatives,
      details: details)
  }

  /// Activations, and whether the concept is there.
  private struct Sample {
    let items: [(value: Float, isThere: Bool)]

    init(_ items: [(value: Float, isThere: Bool)]) {
      self.items = items.sorted { $0.value < $1.value }
    }

    var positives: Int { items.count { $0.isThere } }
    var negatives: Int { items.count - positives }

    /// The share of pairs with and without the concept that are in order, ties counting half.
    var areaUnderCurve: Double? {
      guard positives > 0, negatives > 0 else { return nil }
      var (below, sum) = (0, 0.0)
      var first = 0
      while first < items.count {
        var next = first
        while next < items.count, items[next].value == items[first].value { next += 1 }
        let group = items[first..<next]
        let with = group.count { $0.isThere }
        let without = group.count - with
        sum += Double(with) * (Double(below) + Double(without) / 2)
        below += without
        first = next
      }
      return sum / Double(positives) / Double(negatives)
    }

    /// The mean of the shares recognised of either kind; nil where there is one kind alone.
    func balancedAccuracy(from threshold: Float) -> Double? {
      guard positives > 0, negatives > 0 else { return nil }
      let found = items.count { $0.isThere && $0.value >= threshold }
      let spared = items.count { !$0.isThere && $0.value < threshold }
      return (Double(found) / Double(positives) + Double(spared) / Double(negatives)) / 2
    }

    var bestThreshold: Float? {
      let candidates = Set(items.map(\.value)).sorted()
      return candidates.max { one, other in
        (balancedAccuracy(from: one) ?? 0) < (balancedAccuracy(from: other) ?? 0)
      }
    }
  }
}
