package import FeatureIndex

/// Where latents are active on some pictures, in one view: only what is positive is kept.
package struct LatentMaps: Sendable {
  /// A position of a latent's map.
  package struct Entry: Sendable {
    package var picture: Int32
    package var position: Int32
    package var value: Float
  }

  package let latentCount: Int
  /// By latent, then picture, then position.
  private let entries: [Entry]
  /// Where each latent's entries begin; one more than latents.
  private let offsets: [Int]

  /// Bytes that one active position takes until the maps are made.
  package static let entryBytes = 2 * (MemoryLayout<Entry>.stride + 4)

  /// - Parameter found: by picture, then position.
  fileprivate init(_ found: [(latent: Int32, entry: Entry)], latentCount: Int) {
    var offsets = [Int](repeating: 0, count: latentCount + 1)
    for (latent, _) in found { offsets[Int(latent) + 1] += 1 }
    for latent in 0..<latentCount { offsets[latent + 1] += offsets[latent] }
    var next = offsets
    var entries = [Entry](
      repeating: Entry(picture: 0, position: 0, value: 0), count: found.count)
    for (latent, entry) in found {
      entries[next[Int(latent)]] = entry
      next[Int(latent)] += 1
    }
    self.latentCount = latentCount
    self.entries = entries
    self.offsets = offsets
  }

  package func entries(ofLatent latent: Int) -> ArraySlice<Entry> {
    entries[offsets[latent]..<offsets[latent + 1]]
  }

  package func isActive(_ latent: Int) -> Bool { offsets[latent] < offsets[latent + 1] }

  /// Where a latent is active on one picture.
  package func map(ofLatent latent: Int, picture: Int) -> ActivationMap {
    let all = entries(ofLatent: latent)
    var (low, high) = (all.startIndex, all.endIndex)
    while low < high {
      let middle = (low + high) / 2
      if all[middle].picture < picture { low = middle + 1 } else { high = middle }
    }
    let found = all[low...].prefix { $0.picture == picture }
    return ActivationMap(
      positions: found.map { UInt16(truncatingIfNeeded: $0.position) },
      values: found.map(\.value))
  }

  /// A latent's largest and summed activation in each picture where it is active.
  package func activity(ofLatent latent: Int) -> [Int: (max: Float, sum: Double)] {
    var found: [Int: (max: Float, sum: Double)] = [:]
    for entry in entries(ofLatent: latent) {
      let known = found[Int(entry.picture)] ?? (0, 0)
      found[Int(entry.picture)] = (max(known.max, entry.value), known.sum + Double(entry.value))
    }
    return found
  }
}

/// Collects the codes of pictures, one after the other, into maps.
package struct LatentMapCollector {
  private var found: [(latent: Int32, entry: LatentMaps.Entry)] = []

  package init() {}

  package var heldBytes: Int { found.count * LatentMaps.entryBytes }

  package mutating func append(_ view: ItemCode.View?, picture: Int) {
    guard let view else { return }
    for position in 0..<view.positions {
      for index in view.offsets[position]..<view.offsets[position + 1] where view.values[index] > 0
      {
        found.append(
          (
            view.latents[index],
            .init(
              picture: Int32(picture), position: Int32(position), value: view.values[index])
          ))
      }
    }
  }

  /// The maps of all that was collected; the collector is empty then.
  package mutating func finish(latentCount: Int) -> LatentMaps {
    defer { found = [] }
    return LatentMaps(found, latentCount: latentCount)
  }
}
