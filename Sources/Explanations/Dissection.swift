package import Tensors

/// Network Dissection (Bau et al. 2017) of an autoencoder's latents: the concept whose masks a
/// latent's thresholded map overlaps best. Threshold and pairing are chosen on one half of the
/// pictures and measured on the other; the baseline is what all active latents have on average,
/// that is, a random one in expectation.
package struct Dissection: Sendable {
  /// Of a latent's activations where it is active.
  package enum Measure: Sendable {
    case quantile, peak
  }

  /// A latent and a concept.
  package struct Match: Sendable, Equatable {
    package var concept: Int
    package var latent: Int
    /// An element of `thresholds`.
    package var threshold: Double
    /// On the choosing half.
    package var chosenIoU: Double
    /// On the measuring half, intersections over unions of all its pictures together.
    package var iou: Double
    /// The mean over all active latents.
    package var baseline: Double
    /// Pictures with the concept in the measuring half.
    package var pictures: Int
  }

  /// Each measurable concept's best latent, in the set's order.
  package let concepts: [Match]
  /// Each active latent's best concept, by latent; those that overlap none are absent.
  package let latents: [Match]
  package let activeLatents: Int

  /// - Parameters:
  ///   - progress: called with the share done.
  /// - Throws: `CancellationError`.
  package init(
    _ maps: ConceptMaps, by measure: Measure, thresholds: [Double],
    progress: (Double) -> Void = { _ in }, cancellation: Cancellation = .never
  ) throws(CancellationError) {
    var tally = DissectionTally(maps, thresholds: thresholds)
    for latent in 0..<maps.latentCount where maps.isActive(latent) {
      if latent.isMultiple(of: 256) {
        try cancellation.check()
        progress(Double(latent) / Double(maps.latentCount))
      }
      tally.add(latent, by: measure)
    }
    concepts = tally.best.compactMap(\.self).map(tally.completed)
    latents = tally.bestOfLatent.values.sorted { $0.latent < $1.latent }.map(tally.completed)
    activeLatents = maps.activeLatents
  }
}

/// The best matches of the latents that were looked at.
private struct DissectionTally {
  private let maps: ConceptMaps
  private let thresholds: [Double]
  /// By concept: which pictures measure, the others choose.
  private let halves: [[Bool]]
  private let activeLatents: Int
  /// By concept: whether there are pictures for both halves.
  private let measurable: [Bool]
  /// By concept, of the choosing and of the measuring half: pixels of its masks.
  private let areas: [[Int]]
  /// Σ of all latents' IoU on the measuring half, by concept and threshold.
  private var sums: [[Double]]
  private(set) var best: [Dissection.Match?]
  private(set) var bestOfLatent: [Int: Dissection.Match] = [:]

  init(_ maps: ConceptMaps, thresholds: [Double]) {
    self.maps = maps
    self.thresholds = thresholds
    activeLatents = maps.activeLatents
    let halves = maps.set.concepts.indices.map { maps.measuringHalf(ofConcept: $0) }
    self.halves = halves
    measurable = maps.set.concepts.map { $0.places.count >= 2 }
    areas = halves.indices.map { concept in
      [false, true].map { half in
        zip(maps.conceptAreas[concept], halves[concept]).reduce(0) {
          $0 + ($1.1 == half ? $1.0 : 0)
        }
      }
    }
    let count = maps.set.concepts.count
    sums = Array(repeating: Array(repeating: 0, count: thresholds.count), count: count)
    best = Array(repeating: nil, count: count)
  }

  mutating func add(_ latent: Int, by measure: Dissection.Measure) {
    let entries = maps.entries(ofLatent: latent)
    for (place, limit) in measure.limits(thresholds, of: entries).enumerated() {
      let overlap = Overlap(entries, from: limit, maps: maps)
      for (concept, shared) in overlap.shared where measurable[Int(concept)] {
        let concept = Int(concept)
        let ious = overlap.ious(shared, halves[concept], areas: areas[concept])
        sums[concept][place] += ious.measured
        let match = Dissection.Match(
          concept: concept, latent: latent, threshold: thresholds[place],
          chosenIoU: ious.chosen, iou: ious.measured, baseline: 0, pictures: 0)
        guard ious.chosen > 0 else { continue }
        if ious.chosen > best[concept]?.chosenIoU ?? 0 { best[concept] = match }
        if ious.chosen > bestOfLatent[latent]?.chosenIoU ?? 0 { bestOfLatent[latent] = match }
      }
    }
  }

  /// A match with the IoU of all latents beside it, and the pictures that measured it.
  func completed(_ match: Dissection.Match) -> Dissection.Match {
    var match = match
    let place = thresholds.firstIndex(of: match.threshold) ?? 0
    match.baseline = sums[match.concept][place] / Double(max(1, activeLatents))
    let half = halves[match.concept]
    match.pictures = maps.set.concepts[match.concept].places.keys.count { half[$0] }
    return match
  }
}

extension Dissection.Measure {
  /// The least activation that counts, for each share.
  fileprivate func limits(
    _ shares: [Double], of entries: ArraySlice<LatentMaps.Entry>
  ) -> [Float] {
    let sorted = entries.map(\.value).sorted()
    guard let peak = sorted.last else { return [] }
    return shares.map { share in
      switch self {
      case .peak: Float(share) * peak
      case .quantile: sorted[min(sorted.count - 1, Int(share * Double(sorted.count - 1)))]
      }
    }
  }
}

/// What a latent's active patches share with concepts.
private struct Overlap {
  /// Pixels of active patches by picture, rising.
  private(set) var areas: [(picture: Int32, pixels: Int)] = []
  /// Shared pixels by concept and picture.
  private(set) var shared: [Int32: [(picture: Int32, pixels: Int)]] = [:]

  init(_ entries: ArraySlice<LatentMaps.Entry>, from limit: Float, maps: ConceptMaps) {
    for entry in entries where entry.value >= limit {
      let (picture, position) = (Int(entry.picture), Int(entry.position))
      Self.add(Int(maps.patches[picture].areas[position]), entry.picture, to: &areas)
      for cover in maps.covers(picture: picture, position: position) {
        Self.add(Int(cover.pixels), entry.picture, to: &shared[cover.concept, default: []])
      }
    }
  }

  private static func add(
    _ pixels: Int, _ picture: Int32, to list: inout [(picture: Int32, pixels: Int)]
  ) {
    if let last = list.indices.last, list[last].picture == picture {
      list[last].pixels += pixels
    } else {
      list.append((picture, pixels))
    }
  }

  /// Intersections over unions of each half together.
  func ious(
    _ shared: [(picture: Int32, pixels: Int)], _ isMeasured: [Bool], areas concept: [Int]
  ) -> (chosen: Double, measured: Double) {
    var common = [0, 0]
    var active = [0, 0]
    for (picture, pixels) in shared { common[isMeasured[Int(picture)] ? 1 : 0] += pixels }
    for (picture, pixels) in areas { active[isMeasured[Int(picture)] ? 1 : 0] += pixels }
    func iou(_ half: Int) -> Double {
      let union = active[half] + concept[half] - common[half]
      return union > 0 ? Double(common[half]) / Double(union) : 0
    }
    return (iou(0), iou(1))
  }
}
