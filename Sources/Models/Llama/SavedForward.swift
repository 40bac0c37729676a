package import Tensors

/// What `LlamaDecoder.forwardSaving` keeps for `LlamaDecoder.pullback`.
package struct SavedForward: Sendable {
  /// The blocks that were run.
  package let blocks: Range<Int>
  /// t, the rows of the input.
  package let tokenCount: Int
  /// The output of the last block for the last n rows, `[n, D]`.
  package let output: Matrix
  let saved: [LlamaBlock.Saved]

  /// Bytes of activations held, float32.
  package var byteCount: Int {
    saved.reduce(output.rows * output.columns * 4) { total, block in
      let a = block.attention
      let matrices = [block.input, block.middle, a.queries, a.keys, a.values, a.mixed, a.logSumExp]
      return total + matrices.reduce(0) { $0 + $1.rows * $1.columns * 4 }
    }
  }
}
