package import Tensors

/// Rows that are added to a sequence's tokens behind the decoder's first blocks, as the features of
/// a tower's deeper layers are to a picture's tokens ("DeepStack", Meng et al. 2024, in Qwen3-VL).
///
/// The residual stream after a block is the sum: what the next block reads.
package struct BlockAdditions: Sendable, Equatable {
  /// What is added to neighbouring tokens.
  package struct Piece: Sendable, Equatable {
    /// The number of the first of them in the sequence.
    package let first: Int
    /// Behind the blocks 0, 1, …, `[tokens, D]` each; not empty.
    package let behindBlocks: [Matrix]

    package init(first: Int, behindBlocks: [Matrix]) {
      precondition(
        !behindBlocks.isEmpty && behindBlocks.allSatisfy { $0.rows == behindBlocks[0].rows },
        "additions of different heights")
      self.first = first
      self.behindBlocks = behindBlocks
    }

    var tokens: Range<Int> { first..<first + behindBlocks[0].rows }

    func clamped(to range: Range<Int>) -> Piece? {
      let wanted = tokens.clamped(to: range)
      guard !wanted.isEmpty else { return nil }
      if wanted == tokens { return self }
      return Piece(
        first: wanted.lowerBound,
        behindBlocks: behindBlocks.map {
          $0.slice(rows: wanted.lowerBound - first..<wanted.upperBound - first)
        })
    }
  }

  package private(set) var pieces: [Piece]

  package static let none = BlockAdditions([])

  package init(_ pieces: [Piece]) { self.pieces = pieces }

  /// Those of some tokens alone.
  package func clamped(to tokens: Range<Int>) -> BlockAdditions {
    BlockAdditions(pieces.compactMap { $0.clamped(to: tokens) })
  }

  /// Adds those of other tokens.
  mutating func append(_ others: BlockAdditions) { pieces += others.pieces }

  /// A block's output `[n, D]` of the tokens from `first` on, with what is added to it.
  func added<Engine: Operators>(
    to x: Engine.Rows, behind block: Int, from first: Int, engine: Engine
  ) throws -> Engine.Rows {
    var result = x
    for (rows, addition) in parts(behind: block, tokens: first..<first + x.rows) {
      try engine.add(engine.rows(addition), to: &result, atRow: rows.lowerBound)
    }
    return result
  }

  /// The same of several stretches of tokens, whose outputs are stacked, `[Σn, D]`.
  func added<Engine: Operators>(
    to x: Engine.Rows, behind block: Int, of stretches: [Range<Int>], engine: Engine
  ) throws -> Engine.Rows {
    guard !pieces.isEmpty else { return x }
    var row = 0
    return try engine.stacked(
      stretches.map { tokens in
        defer { row += tokens.count }
        return try added(
          to: x.slice(rows: row..<row + tokens.count), behind: block, from: tokens.lowerBound,
          engine: engine)
      })
  }

  /// Σ addition · gradient over the tokens from `first` on: what the additions, which are constants
  /// like biases, have of a change.
  func share<Engine: Operators>(
    of gradient: Engine.Rows, behind block: Int, from first: Int, engine: Engine
  ) throws -> Double {
    try parts(behind: block, tokens: first..<first + gradient.rows).reduce(0) { total, part in
      let rows = try engine.matrix(gradient.slice(rows: part.rows))
      return total + rows.rowDots(part.addition).reduce(0, +)
    }
  }

  /// What is added to some of `tokens` behind a block, by rows counted from the first of these.
  private func parts(
    behind block: Int, tokens: Range<Int>
  ) -> [(rows: Range<Int>, addition: Matrix)] {
    pieces.compactMap { piece in
      guard piece.behindBlocks.indices.contains(block) else { return nil }
      let wanted = piece.tokens.clamped(to: tokens)
      guard !wanted.isEmpty else { return nil }
      let (first, start) = (piece.first, tokens.lowerBound)
      return (
        wanted.lowerBound - start..<wanted.upperBound - start,
        piece.behindBlocks[block].slice(
          rows: wanted.lowerBound - first..<wanted.upperBound - first)
      )
    }
  }

  /// Bytes held, float32.
  package var byteCount: Int {
    pieces.flatMap(\.behindBlocks).reduce(0) { $0 + $1.rows * $1.columns * 4 }
  }
}
