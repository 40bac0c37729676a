import CKernels

/// softmax(scale · q·kᵀ)·v for every head, in tiles: no `[T, S]` scores exist (Dao et al. 2022).
///
/// q `[T, H·d]` at positions firstQueryPosition…; k, v `[S, G·d]` at positions 0…S−1 → output
/// `[T, H·d]` and the logarithm of each softmax's denominator `[T, H]`, which the pullback
/// needs. A query that sees no key gets zeros and −∞. A query's result does not depend on the
/// other queries of the call.
///
/// `keyEnds` `[T]` lets the queries of a causal shape see beyond their own positions: each sees
/// keys at positions below its entry. The entries never fall, and lie beyond the query's position.
///
/// Scores, softmax and sums are float32. In float32 precision products are, too; otherwise queries,
/// keys, values and probabilities are rounded to bfloat16 for the products.
package func attention(
  _ q: Matrix, _ k: Matrix, _ v: Matrix, shape: AttentionShape, firstQueryPosition: Int,
  keyEnds: [Int]? = nil, compute: Compute
) -> (output: Matrix, logSumExp: Matrix) {
  attentionUnlessCancelled(
    q, k, v, shape: shape, firstQueryPosition: firstQueryPosition, keyEnds: keyEnds,
    compute: compute, cancellation: .never)
}

/// The same, a cancel seen between tiles of queries: one head's of some tens.
package func attention(
  _ q: Matrix, _ k: Matrix, _ v: Matrix, shape: AttentionShape, firstQueryPosition: Int,
  keyEnds: [Int]? = nil, compute: Compute, cancellation: Cancellation
) throws(CancellationError) -> (output: Matrix, logSumExp: Matrix) {
  let result = attentionUnlessCancelled(
    q, k, v, shape: shape, firstQueryPosition: firstQueryPosition, keyEnds: keyEnds,
    compute: compute, cancellation: cancellation)
  try cancellation.check()
  return result
}

/// Once cancelled, what is not computed yet is left as it is.
private func attentionUnlessCancelled(
  _ q: Matrix, _ k: Matrix, _ v: Matrix, shape: AttentionShape, firstQueryPosition: Int,
  keyEnds: [Int]?, compute: Compute, cancellation: Cancellation
) -> (output: Matrix, logSumExp: Matrix) {
  checkShapes(q, k, v, shape: shape, firstQueryPosition: firstQueryPosition, keyEnds: keyEnds)
  let output = Matrix(uninitializedRows: q.rows, columns: q.columns)
  let logSumExp = Matrix(uninitializedRows: q.rows, columns: shape.queryHeads)
  let run = AttentionRun(
    shape: shape, queries: q.rows, keys: k.rows, firstQueryPosition: firstQueryPosition,
    keyEnds: keyEnds, compute: compute, direction: .forward)
  // A single tile of queries packs what it needs in its own cache.
  let packed = run.partCount > shape.keyValueHeads ? run.packed(k, v) : nil
  unsafe run.forEach(run.partCount, cancellation: cancellation) { kernelShape, part, scratch in
    // Later tiles of queries see more keys: starting with them leaves the short ones
    // to even out the threads.
    unsafe kernel_attention(
      compute.path.code, kernelShape, run.partCount - 1 - part, q.storage.pointer,
      k.storage.pointer, v.storage.pointer, packed?.pointer, output.storage.pointer,
      logSumExp.storage.pointer, scratch)
  }
  return (output, logSumExp)
}

/// The gradients at q `[T, H·d]`, k and v `[S, G·d]` from the gradient at the output `[T, H·d]`;
/// scores are computed again.
package func attentionPullback(
  _ q: Matrix, _ k: Matrix, _ v: Matrix, output: Matrix, logSumExp: Matrix,
  shape: AttentionShape, firstQueryPosition: Int, keyEnds: [Int]? = nil, compute: Compute,
  outputGradient: Matrix
) -> (q: Matrix, k: Matrix, v: Matrix) {
  checkShapes(q, k, v, shape: shape, firstQueryPosition: firstQueryPosition, keyEnds: keyEnds)
  precondition(
    outputGradient.rows == q.rows && outputGradient.columns == q.columns
      && output.rows == q.rows && output.columns == q.columns
      && logSumExp.rows == q.rows && logSumExp.columns == shape.queryHeads,
    "output, logSumExp and gradient of \(q.rows) queries")
  let queryGradient = Matrix(rows: q.rows, columns: q.columns)
  let keyGradient = Matrix(rows: k.rows, columns: k.columns)
  let valueGradient = Matrix(rows: v.rows, columns: v.columns)
  let run = AttentionRun(
    shape: shape, queries: q.rows, keys: k.rows, firstQueryPosition: firstQueryPosition,
    keyEnds: keyEnds, compute: compute, direction: .pullback)
  let packed = run.packed(k, v)
  unsafe run.forEach(shape.keyValueHeads) { kernelShape, head, scratch in
    unsafe kernel_attention_pullback(
      compute.path.code, kernelShape, head, q.storage.pointer, k.storage.pointer,
      v.storage.pointer, packed?.pointer, output.storage.pointer, logSumExp.storage.pointer,
      outputGradient.storage.pointer, queryGradient.storage.pointer,
      keyGradient.storage.pointer, valueGradient.storage.pointer, scratch)
  }
  return (queryGradient, keyGradient, valueGradient)
}

/// One attention over the threads of a team.
private struct AttentionRun {
  let shape: AttentionShape
  let queries: Int
  let keys: Int
  let firstQueryPosition: Int
  let keyEnds: [Int]?
  let compute: Compute
  let direction: WeightProduct.Direction

  /// Tiles of queries times key/value heads.
  var partCount: Int { unsafe withKernelShape { unsafe kernel_attention_parts($0) } }

  /// Keys and values as the products of this path take them; nil where it takes them as they are.
  func packed(_ k: Matrix, _ v: Matrix) -> MatrixStorage? {
    let path = compute.path.code
    let (bytes, parts) = unsafe withKernelShape {
      unsafe (
        kernel_attention_packed_bytes(path, $0, direction.code), kernel_attention_pack_parts($0)
      )
    }
    guard bytes > 0 else { return nil }
    let packed = MatrixStorage(byteCount: bytes)
    compute.team.run(parts) { part in
      unsafe withKernelShape {
        unsafe kernel_attention_pack(
          path, $0, direction.code, part, k.storage.pointer, v.storage.pointer, packed.pointer)
      }
    }
    return packed
  }

  /// Calls `body` for each part, until it is cancelled, with scratch of its own.
  func forEach(
    _ parts: Int, cancellation: Cancellation = .never,
    _ body: @Sendable (UnsafePointer<kernel_attention>, Int, UnsafeMutableRawPointer) -> Void
  ) {
    let scratchCount = unsafe withKernelShape {
      unsafe kernel_attention_scratch_bytes(compute.path.code, $0, direction.code)
    }
    compute.team.run(parts) { part in
      guard !cancellation.isCancelled else { return }
      let scratch = MatrixStorage(byteCount: scratchCount)
      unsafe withKernelShape { unsafe body($0, part, scratch.pointer) }
    }
  }

  private func withKernelShape<Result>(
    _ body: (UnsafePointer<kernel_attention>) -> Result
  ) -> Result {
    func call(_ keyEnds: UnsafePointer<Int>?) -> Result {
      let kernelShape = unsafe kernel_attention(
        query_heads: shape.queryHeads, key_value_heads: shape.keyValueHeads,
        head_size: shape.headSize, queries: queries, keys: keys,
        first_position: firstQueryPosition, scale: shape.scale, causal: shape.causal ? 1 : 0,
        window: shape.window ?? 0, key_ends: keyEnds,
        round: compute.precision == .float32 ? 0 : 1)
      return unsafe withUnsafePointer(to: kernelShape) { unsafe body($0) }
    }
    guard let keyEnds else { return call(nil) }
    return unsafe keyEnds.withUnsafeBufferPointer { unsafe call($0.baseAddress) }
  }
}

private func checkShapes(
  _ q: Matrix, _ k: Matrix, _ v: Matrix, shape: AttentionShape, firstQueryPosition: Int,
  keyEnds: [Int]?
) {
  if let keyEnds {
    precondition(
      shape.causal && keyEnds.count == q.rows && zip(keyEnds, keyEnds.dropFirst()).allSatisfy(<=)
        && keyEnds.enumerated().allSatisfy { $1 > firstQueryPosition + $0 },
      "\(keyEnds.count) ends for \(q.rows) queries from \(firstQueryPosition)")
  }
  precondition(
    q.columns == shape.queryHeads * shape.headSize
      && k.columns == shape.keyValueHeads * shape.headSize && v.columns == k.columns
      && v.rows == k.rows && firstQueryPosition >= 0,
    "q [\(q.rows), \(q.columns)], k [\(k.rows), \(k.columns)], v [\(v.rows), \(v.columns)] for "
      + "\(shape)"
  )
}
