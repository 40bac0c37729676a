/// The tokens of a model by id and by text.
///
/// Keys are bytes, never `String`: Swift takes canonically equivalent strings for equal, and a
/// vocabulary holds both "é" and "e" with an accent after it.
struct Vocabulary: Sendable {
  /// Ids above this are taken for a broken file; the largest vocabularies have 260,000.
  static let idLimit = 1 << 22

  /// The texts of all tokens, one after another.
  private var bytes: [UInt8] = []
  /// By id: where its text lies in `bytes`; -1 where there is no such token.
  private var starts: [Int32] = []
  private var lengths: [Int32] = []
  /// Open addressing by the hash of the text: ids, -1 where free. Its count is a power of 2.
  private var slots: [Int32] = Array(repeating: -1, count: 16)
  private(set) var count = 0

  init() {}

  /// One more than the highest id.
  var idEnd: Int { starts.count }

  /// Adds a token. Throws where the text or the id is taken, or the id is out of range.
  mutating func insert(_ text: some Collection<UInt8>, id: Int) throws(TokenizationError) {
    guard (0..<Self.idLimit).contains(id) else {
      throw .malformed(what: "vocabulary", reason: "id \(id), expected 0 to \(Self.idLimit - 1)")
    }
    guard bytes.count + text.count < Int(Int32.max) else {
      throw .malformed(what: "vocabulary", reason: "its texts take more than 2 GiB")
    }
    if let other = self.id(of: text) {
      throw .malformed(
        what: "vocabulary",
        reason: "\(String(decoding: text, as: UTF8.self)) has the ids \(other) and \(id)")
    }
    if id < starts.count, starts[id] >= 0 {
      throw .malformed(
        what: "vocabulary",
        reason: "\(String(decoding: text, as: UTF8.self)) and "
          + "\(String(decoding: self[id] ?? [], as: UTF8.self)) share the id \(id)")
    }
    while starts.count <= id {
      starts.append(-1)
      lengths.append(0)
    }
    starts[id] = Int32(bytes.count)
    lengths[id] = Int32(text.count)
    bytes.append(contentsOf: text)
    count += 1
    if count * 2 > slots.count { grow() } else { place(id) }
  }

  /// The id of the token whose text is exactly `text`.
  @inline(__always)
  func id(of text: some Collection<UInt8>) -> Int? {
    var slot = Self.hash(text) & (slots.count - 1)
    while true {
      let id = slots[slot]
      if id < 0 { return nil }
      if matches(Int(id), text) { return Int(id) }
      slot = (slot + 1) & (slots.count - 1)
    }
  }

  /// The text of token `id`, whatever number that is.
  subscript(id: Int) -> ArraySlice<UInt8>? {
    guard id >= 0, id < starts.count, starts[id] >= 0 else { return nil }
    let start = Int(starts[id])
    return bytes[start..<start + Int(lengths[id])]
  }

  private func matches(_ id: Int, _ text: some Collection<UInt8>) -> Bool {
    guard Int(lengths[id]) == text.count else { return false }
    var position = Int(starts[id])
    for byte in text {
      if bytes[position] != byte { return false }
      position += 1
    }
    return true
  }

  private mutating func grow() {
    slots = Array(repeating: -1, count: slots.count * 2)
    for id in starts.indices where starts[id] >= 0 { place(id) }
  }

  private mutating func place(_ id: Int) {
    guard let text = self[id] else { return }
    var slot = Self.hash(text) & (slots.count - 1)
    while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = Int32(id)
  }

  /// FNV-1a, its upper bits folded down.
  @inline(__always)
  private static func hash(_ text: some Collection<UInt8>) -> Int {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return Int(truncatingIfNeeded: hash ^ hash >> 32)
  }
}
