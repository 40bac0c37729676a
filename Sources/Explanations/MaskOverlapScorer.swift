import Models
import Randomness

/// The paper's IoU (4.2 of its evaluation): the patches where a latent is active, any activity
/// counting, against the concept's mask, averaged over the latent's best pictures; by chance,
/// over as many random ones.
///
/// Patches are laid over the pixels as they are: the published code smooths them first,
/// which makes them four times as large. A picture without the concept counts 0, as one
/// where nothing is found there.
package struct MaskOverlapScorer: ExplanationScorer {
  package let kind = "iou"
  /// Best pictures, by the mean activation of their positions.
  package let exemplars: Int
  /// Draws of as many random pictures.
  package let trials: Int
  package let seed: UInt64

  package init(exemplars: Int = 5, trials: Int = 10, seed: UInt64 = 0) {
    self.exemplars = exemplars
    self.trials = trials
    self.seed = seed
  }

  package func score(
    _ subject: ScoredExplanation, on maps: ConceptMaps
  ) -> MeasuredExplanation? {
    let pictures = maps.pictures(for: subject)
    guard !pictures.isEmpty else { return nil }
    let ious = overlaps(subject, maps)
    let activity = maps.activity(ofLatent: subject.latent)
    let best = pictures.sorted { left, right in
      let (one, other) = (mean(activity, left, maps), mean(activity, right, maps))
      return one == other ? left < right : one > other
    }.prefix(exemplars)
    func average(_ chosen: some Collection<Int>) -> Double {
      chosen.reduce(0) { $0 + (ious[$1] ?? 0) } / Double(max(1, chosen.count))
    }
    var random = SplitMix64(seed: seed ^ UInt64(truncatingIfNeeded: subject.latent))
    var draws: [Double] = []
    for _ in 0..<trials {
      var drawn: [Int] = []
      for _ in 0..<best.count {
        drawn.append(pictures[Int(random.next() % UInt64(pictures.count))])
      }
      draws.append(average(drawn))
    }
    let chance: Double = draws.reduce(0, +) / Double(max(1, draws.count))
    var spread = 0.0
    for draw in draws { spread += (draw - chance) * (draw - chance) }
    return MeasuredExplanation(
      value: average(best), baseline: draws.isEmpty ? nil : chance, count: best.count,
      details: [
        "baselineDeviation": (spread / Double(max(1, draws.count))).squareRoot(),
        "trials": Double(trials),
        "withConcept": Double(
          best.count { maps.set.concepts[subject.concept].places[$0] != nil }),
        "heldOut": subject.wasChosenHere ? 1 : 0,
      ])
  }

  private func mean(
    _ activity: [Int: (max: Float, sum: Double)], _ picture: Int, _ maps: ConceptMaps
  ) -> Double {
    (activity[picture]?.sum ?? 0) / Double(max(1, maps.patches[picture].areas.count))
  }

  /// By picture; pictures where nothing is shared are absent.
  private func overlaps(_ subject: ScoredExplanation, _ maps: ConceptMaps) -> [Int: Double] {
    var areas: [Int: Int] = [:]
    var shared: [Int: Int] = [:]
    for entry in maps.entries(ofLatent: subject.latent) {
      let (picture, position) = (Int(entry.picture), Int(entry.position))
      areas[picture, default: 0] += Int(maps.patches[picture].areas[position])
      for cover in maps.covers(picture: picture, position: position)
      where Int(cover.concept) == subject.concept {
        shared[picture, default: 0] += Int(cover.pixels)
      }
    }
    return shared.reduce(into: [:]) { ious, found in
      let (picture, common) = found
      let union =
        (areas[picture] ?? 0) + maps.conceptAreas[subject.concept][picture] - common
      if union > 0 { ious[picture] = Double(common) / Double(union) }
    }
  }
}
