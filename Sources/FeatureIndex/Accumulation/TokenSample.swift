import Randomness

/// The tokens with the least hashes of all that were seen: a uniform sample that does
/// not depend on their order.
struct TokenSample: Sendable {
  let capacity: Int
  /// The hashes that are kept, and whether they are committed.
  private var kept: [UInt64: Bool] = [:]
  private var codes: [UInt64: [Int32]] = [:]
  /// No hash above it is among the least.
  private var threshold = UInt64.max

  init(capacity: Int) { self.capacity = capacity }

  /// A hash of a place: equal content, equal hash.
  /// - Parameter view: its number.
  static func hash(digest: ArraySlice<UInt8>, view: Int, position: Int) -> UInt64 {
    var value = digest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    for part in [UInt64(view), UInt64(position)] {
      // The first number of a generator mixes the bits of its seed.
      var generator = SplitMix64(seed: value ^ part)
      value = generator.next()
    }
    return value
  }

  func wants(_ hash: UInt64) -> Bool { capacity > 0 && hash <= threshold && kept[hash] == nil }

  mutating func add(_ token: SampledToken) {
    guard wants(token.hash) else { return }
    kept[token.hash] = false
    codes[token.hash] = token.latents
    if kept.count >= 2 * capacity + 64 { cut() }
  }

  /// Takes over a hash whose code is committed.
  mutating func restore(_ hash: UInt64) { kept[hash] = true }

  /// Hashes that were committed and are not among the least any more, until `takeChanges`.
  private var forgotten: [UInt64] = []

  private mutating func cut() {
    guard kept.count > capacity else { return }
    let sorted = kept.keys.sorted()
    threshold = sorted[capacity - 1]
    for hash in sorted[capacity...] {
      if kept.removeValue(forKey: hash) == true { forgotten.append(hash) }
      codes[hash] = nil
    }
  }

  /// What is to be added to the file and removed from it since the last call.
  mutating func takeChanges() -> (added: [SampledToken], forgotten: [UInt64]) {
    cut()
    let added = codes.map { SampledToken(hash: $0.key, latents: $0.value) }
      .sorted { $0.hash < $1.hash }
    for token in added { kept[token.hash] = true }
    codes = [:]
    defer { forgotten = [] }
    return (added, forgotten)
  }
}
