import Tensors

/// The rotated keys and the values of every token that a decoder has seen, block by block.
///
/// A value: copying shares the storage until one copy grows. Blocks may hold different counts, as
/// when only the first half of a model has seen the newest tokens.
package struct KeyValueCache: Sendable {
  private(set) var keys: [Matrix]  // per block [t, G·d], after the rotary embedding
  private(set) var values: [Matrix]  // per block [t, G·d]
  /// Of the sequence, those tokens included that are still to come.
  package private(set) var traits: SequenceTraits

  /// An empty cache for `blockCount` blocks of `width` = G·d columns.
  package init(blockCount: Int, width: Int, traits: SequenceTraits = .plain) {
    keys = Array(repeating: Matrix(rows: 0, columns: width), count: blockCount)
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

  /// Bytes of keys and values held, float32.
  package var byteCount: Int {
    zip(keys, values).reduce(0) {
      $0 + ($1.0.rows + $1.1.rows) * $1.0.columns * 4
    }
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
    var result = KeyValueCache(
      blockCount: blockCount, width: keys.first?.columns ?? 0, traits: traits)
    for block in blocks {
      let isWhole = tokens == count(block)
      result.keys[block] = isWhole ? keys[block] : keys[block].slice(rows: 0..<tokens)
      result.values[block] = isWhole ? values[block] : values[block].slice(rows: 0..<tokens)
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
  package mutating func reserve(tokens: Int, blocks: Range<Int>) {
    for block in blocks {
      keys[block].reserve(rows: tokens)
      values[block].reserve(rows: tokens)
    }
  }

  /// Adds new tokens' rotated keys and values, `[t, G·d]` each.
  mutating func append(keys newKeys: Matrix, values newValues: Matrix, block: Int) {
    keys[block].append(newKeys)
    values[block].append(newValues)
  }
}
