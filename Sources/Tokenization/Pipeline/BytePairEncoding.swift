/// Byte-pair encoding of one word: of all adjacent pairs that may be merged, the one of the lowest
/// rank is merged first, the leftmost of equals, until none is left.
///
/// A heap of pairs keeps a word of n symbols at O(n log n): in files of the Llama-2 kind a whole
/// prompt is one word.
struct BytePairEncoding: Sendable {
  struct Merge: Sendable {
    let rank: UInt32
    let result: Int32
  }

  let vocabulary: Vocabulary
  /// By the two ids, the left in the upper half.
  private let merges: [UInt64: Merge]
  /// By scalar value below 2^16: the token of that one scalar; -1 where there is none.
  private let scalarTokens: [Int32]
  /// By byte: the token <0xNN>; empty where the model does not fall back to bytes.
  private let byteTokens: [Int32]
  private let unknownToken: Int32?
  private let fusesUnknown: Bool
  /// A word that is itself a token is that token, whatever the merges say.
  private let ignoresMerges: Bool

  struct Options {
    var byteFallback = false
    var fusesUnknown = false
    var ignoresMerges = false
    var unknownToken: String?
  }

  init(
    vocabulary: Vocabulary, merges: [UInt64: Merge], options: Options
  ) throws(TokenizationError) {
    self.vocabulary = vocabulary
    self.merges = merges
    fusesUnknown = options.fusesUnknown
    ignoresMerges = options.ignoresMerges
    scalarTokens = (0..<UInt32(1 << 16)).map { value in
      guard let scalar = Unicode.Scalar(value) else { return -1 }
      return vocabulary.id(of: Array(String(scalar).utf8)).map(Int32.init) ?? -1
    }
    byteTokens =
      options.byteFallback
      ? (0..<256).map { byte in
        let digits = String(byte, radix: 16, uppercase: true)
        let name = "<0x\(digits.count == 1 ? "0" : "")\(digits)>"
        return vocabulary.id(of: Array(name.utf8)).map(Int32.init) ?? -1
      } : []
    if let unknown = options.unknownToken {
      guard let id = vocabulary.id(of: Array(unknown.utf8)) else {
        throw .malformed(
          what: "tokenizer model", reason: "its unk_token \(unknown) is not in its vocabulary")
      }
      unknownToken = Int32(id)
    } else {
      unknownToken = nil
    }
  }

  static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  /// Appends the ids of `word`, UTF-8 after all pre-tokenization.
  func encode(
    _ word: ArraySlice<UInt8>, into ids: inout [Int], scratch: inout Scratch, budget: TextBudget
  ) throws(TokenizationError) {
    if ignoresMerges, let id = vocabulary.id(of: word) {
      ids.append(id)
      return
    }
    scratch.reset()
    appendSymbols(of: word, to: &scratch)
    try merge(&scratch, budget)
    for (symbol, alive) in zip(scratch.symbols, scratch.alive) where alive {
      ids.append(Int(symbol))
    }
  }

  /// Working memory, kept from word to word.
  struct Scratch {
    fileprivate(set) var symbols: [Int32] = []
    fileprivate var alive: [Bool] = []
    fileprivate var previous: [Int32] = []
    fileprivate var next: [Int32] = []
    /// rank << 32 | position of the left symbol.
    fileprivate var heap = MinHeap()

    fileprivate mutating func reset() {
      symbols.removeAll(keepingCapacity: true)
      heap.removeAll()
    }

    fileprivate mutating func link() {
      let count = symbols.count
      alive.removeAll(keepingCapacity: true)
      previous.removeAll(keepingCapacity: true)
      next.removeAll(keepingCapacity: true)
      for index in 0..<count {
        alive.append(true)
        previous.append(Int32(index - 1))
        next.append(index + 1 < count ? Int32(index + 1) : -1)
      }
    }
  }

  private func appendSymbols(of word: ArraySlice<UInt8>, to scratch: inout Scratch) {
    var pendingUnknown = false
    var position = word.startIndex
    while position < word.endIndex {
      let end = min(position + Self.scalarLength(leading: word[position]), word.endIndex)
      let scalarBytes = word[position..<end]
      position = end
      if let id = token(of: scalarBytes) {
        if pendingUnknown, let unknownToken { scratch.symbols.append(unknownToken) }
        pendingUnknown = false
        scratch.symbols.append(id)
      } else if !byteTokens.isEmpty, scalarBytes.allSatisfy({ byteTokens[Int($0)] >= 0 }) {
        for byte in scalarBytes { scratch.symbols.append(byteTokens[Int(byte)]) }
      } else if let unknownToken {
        if pendingUnknown && !fusesUnknown { scratch.symbols.append(unknownToken) }
        pendingUnknown = true
      }
    }
    if pendingUnknown, let unknownToken { scratch.symbols.append(unknownToken) }
  }

  private static func scalarLength(leading byte: UInt8) -> Int {
    switch byte {
    case 0..<0xC0: 1
    case 0xC0..<0xE0: 2
    case 0xE0..<0xF0: 3
    default: 4
    }
  }

  private func token(of scalar: ArraySlice<UInt8>) -> Int32? {
    let bytes = scalar
    let first = bytes.startIndex
    let value: Int
    switch bytes.count {
    case 1: value = Int(bytes[first])
    case 2: value = Int(bytes[first] & 0x1F) << 6 | Int(bytes[first + 1] & 0x3F)
    case 3:
      value =
        Int(bytes[first] & 0x0F) << 12 | Int(bytes[first + 1] & 0x3F) << 6
        | Int(bytes[first + 2] & 0x3F)
    default: return vocabulary.id(of: scalar).map(Int32.init)
    }
    let id = scalarTokens[value]
    return id >= 0 ? id : nil
  }

  private func merge(
    _ scratch: inout Scratch, _ budget: TextBudget
  ) throws(TokenizationError) {
    guard scratch.symbols.count > 1 else {
      scratch.link()
      return
    }
    scratch.link()
    for left in 0..<scratch.symbols.count - 1 { push(left: left, &scratch) }
    while let entry = scratch.heap.popMinimum() {
      try budget.spend()
      let left = Int(truncatingIfNeeded: entry & 0xFFFF_FFFF)
      guard scratch.alive[left], scratch.next[left] >= 0 else { continue }
      let right = Int(scratch.next[left])
      // The pair here may have changed since it was pushed; if so it was pushed anew.
      guard let merge = merges[Self.pair(scratch.symbols[left], scratch.symbols[right])],
        UInt64(merge.rank) == entry >> 32
      else { continue }
      scratch.symbols[left] = merge.result
      scratch.alive[right] = false
      let after = scratch.next[right]
      scratch.next[left] = after
      if after >= 0 { scratch.previous[Int(after)] = Int32(left) }
      push(left: left, &scratch)
      if scratch.previous[left] >= 0 { push(left: Int(scratch.previous[left]), &scratch) }
    }
  }

  private func push(left: Int, _ scratch: inout Scratch) {
    let right = scratch.next[left]
    guard right >= 0,
      let merge = merges[Self.pair(scratch.symbols[left], scratch.symbols[Int(right)])]
    else { return }
    scratch.heap.insert(UInt64(merge.rank) << 32 | UInt64(left))
  }
}
