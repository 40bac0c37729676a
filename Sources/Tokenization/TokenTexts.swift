/// Finds tokens by the text that they are shown as.
struct TokenTexts: Sendable {
  /// By the hash of the text, ascending.
  private let entries: [Entry]

  private struct Entry {
    let hash: UInt64
    let id: Int32
  }

  /// - Parameter text: what the token is shown as; nil where there is no such token.
  init(idEnd: Int, text: (Int) -> String?) {
    var entries: [Entry] = []
    entries.reserveCapacity(idEnd)
    for id in 0..<idEnd {
      if let text = text(id) { entries.append(Entry(hash: Self.hash(text), id: Int32(id))) }
    }
    entries.sort { ($0.hash, $0.id) < ($1.hash, $1.id) }
    self.entries = entries
  }

  /// The tokens that may be shown as `text`, ascending: all that are, and those of the same hash.
  func candidates(for text: String) -> [Int] {
    let hash = Self.hash(text)
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].hash < hash { low = middle + 1 } else { high = middle }
    }
    return entries[low...].prefix { $0.hash == hash }.map { Int($0.id) }
  }

  /// FNV-1a of the UTF-8: equal `String`s may be spelled differently.
  private static func hash(_ text: String) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return hash
  }
}
