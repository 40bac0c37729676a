import Tensors

/// The rotated keys and the values of every token that a decoder has seen, block by block.
///
/// A value: copying shares the storage until one copy grows. Blocks may hold different counts, as
/// when only the first half of a model has seen the newest tokens. The rows lie with the engine of
/// the decoder that made the cache, and are no other decoder's.
package struct KeyValueCache: Sendable {
  private var keys: [any RowArray]  // per block [t, G·d], after the rotary embedding
  private var values: [any RowArray]  // per block [t, G·d]
  /// Of the sequence, those tokens included that are still to come.
  package private(set) var traits: SequenceTraits

  /// An empty cache for `blockCount` blocks.
  /// - Parameter empty: no rows of G·d columns, as the engine holds them.
  init(blockCount: Int, empty: any RowArray, traits: SequenceTraits = .plain) {
    keys = Array(repeating: empty, count: blockCount)
    values = keys
    self.traits = traits
  }

  /// Which tokens see each other both ways.
  package var spans: BidirectionalSpans { traits.spans }

  /// Takes in what is added between blocks to tokens that are still to come.
  package mutating func add(_ additions: BlockAdditions) { traits.additions.append(additions) }

  package var blockCount: Int { keys.count }

  /// How many tokens the block has seen.
  package func count(_ block: Int) -> Int { keys[block].rows }

  /// Bytes of keys and values held.
  package var byteCount: Int {
    zip(keys, values).reduce(0) { $0 + $1.0.byteCount + $1.1.byteCount }
  }

  /// An empty cache for the same sequence.
  package var emptied: KeyValueCache { prefix(tokens: 0, blocks: 0..<0) }

  /// The first `tokens` tokens of `blocks`; the other blocks are left empty. `traits` are those of
  /// another sequence that begins with the same tokens, whose additions are known already; nil: of
  /// this one.
  package func prefix(
    tokens: Int, blocks: Range<Int>, traits other: SequenceTraits? = nil
  ) -> KeyValueCache {
    var traits = other ?? traits
    if other != nil { traits.additions = self.traits.additions.clamped(to: 0..<tokens) }
    precondition(
      traits.spans.start(of: tokens) == tokens, "\(tokens) tokens cut through \(traits.spans)")
    var result = self
    result.traits = traits
    for block in 0..<blockCount {
      let kept = blocks.contains(block) ? tokens : 0
      precondition(kept <= count(block), "\(tokens) tokens of \(count(block))")
      if kept == count(block) { continue }
      result.keys[block] = keys[block].slice(rows: 0..<kept)
      result.values[block] = values[block].slice(rows: 0..<kept)
    }
    return result
  }

  /// Takes over the blocks in `blocks` from another cache of the same model.
  package mutating func replace(blocks: Range<Int>, from other: KeyValueCache) {
    for block in blocks {
      keys[block] = other.keys[block]
      values[block] = other.values[block]
    }
  }

  /// Makes room for `tokens` tokens in `blocks`, so that appending to them does not copy.
  package mutating func reserve(tokens: Int, blocks: Range<Int>) throws {
    for block in blocks {
      try keys[block].reserve(rows: tokens)
      try values[block].reserve(rows: tokens)
    }
  }

  /// A block's keys and values, `[S, G·d]` each.
  func held<Rows: RowArray>(_ block: Int, as type: Rows.Type) -> (keys: Rows, values: Rows) {
    (Self.own(keys[block]), Self.own(values[block]))
  }

  /// Adds new tokens' rotated keys and values, `[t, G·d]` each.
  mutating func append<Rows: RowArray>(
    keys newKeys: Rows, values newValues: Rows, block: Int
  ) throws {
    try Self.append(newKeys, to: &keys[block])
    try Self.append(newValues, to: &values[block])
  }

  private static func append<Rows: RowArray>(_ rows: Rows, to all: inout any RowArray) throws {
    var grown: Rows = own(all)
    // The only reference left is then the one that grows, in place where it has room.
    all = rows.withoutRows
    defer { all = grown }
    try grown.append(rows)
  }

  private static func own<Rows: RowArray>(_ rows: any RowArray) -> Rows {
    guard let rows = rows as? Rows else {
      preconditionFailure("keys and values of another engine")
    }
    return rows
  }
}
