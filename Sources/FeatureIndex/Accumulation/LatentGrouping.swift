/// The activations of some positions, latent by latent. Its tables are kept
/// from one item to the next.
struct LatentGrouping: Sendable {
  /// The latents in the order in which they first fire, each with its entries.
  private(set) var latents: [(latent: Int, entries: Range<Int>)] = []
  /// Positions from the first one (in 16 bits: a whole text, which is only counted, may be longer),
  /// and activations, of one latent after the other.
  private(set) var positions: [UInt16] = []
  private(set) var values: [Float] = []
  /// Entries of each latent, then where its next entry goes; zeros between calls.
  private var places: [Int32] = []

  mutating func group(_ code: ItemCode.View, positions range: Range<Int>, latentCount: Int) {
    if places.count < latentCount { places = Array(repeating: 0, count: latentCount) }
    let entries = code.offsets[range.lowerBound]..<code.offsets[range.upperBound]
    latents.removeAll(keepingCapacity: true)
    for entry in entries {
      let latent = Int(code.latents[entry])
      if places[latent] == 0 { latents.append((latent, 0..<0)) }
      places[latent] += 1
    }
    var next = 0
    for index in latents.indices {
      let latent = latents[index].latent
      let end = next + Int(places[latent])
      latents[index].entries = next..<end
      places[latent] = Int32(next)
      next = end
    }
    resize(entries.count)
    for position in range {
      for entry in code.offsets[position]..<code.offsets[position + 1] {
        let latent = Int(code.latents[entry])
        let place = Int(places[latent])
        positions[place] = UInt16(truncatingIfNeeded: position - range.lowerBound)
        values[place] = code.values[entry]
        places[latent] += 1
      }
    }
    for entry in latents { places[entry.latent] = 0 }
  }

  private mutating func resize(_ count: Int) {
    guard positions.count < count else { return }
    positions += Array(repeating: 0, count: count - positions.count)
    values += Array(repeating: 0, count: count - values.count)
  }
}
