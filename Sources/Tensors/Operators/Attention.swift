import CKernels

/// softmax(q·kᵀ / √d)·v for every head, float32, in tiles: no `[T, S]` scores exist (Dao et al. 2022).
///
/// q `[T, H·d]` at positions firstQueryPosition…; k, v `[S, G·d]` at positions 0…S−1 → output `[T, H·d]` and the logarithm of each
/// softmax's denominator `[T, H]`, which the pullback needs. A query that sees no key gets zeros and −∞. A query's result does
/// not depend on the other queries of the call.
package func attention(
  _ q: Matrix, _ k: Matrix, _ v: Matrix, shape: AttentionShape, firstQueryPosition: Int,
  compute: Compute
) -> (output: Matrix, logSumExp: Matrix) {
  checkShapes(q, k, v, shape: shape, firstQueryPosition: firstQueryPosition)
  let output = Matrix(uninitializedRows: q.rows, columns: q.columns)
  let logSumExp = Matrix(uninitializedRows: q.rows, columns: shape.queryHeads)
  let kernelShape = shape.kernelShape(
    queries: q.rows, keys: k.rows, firstQueryPosition: firstQueryPosition)
  let (parts, scratchCount) = unsafe withUnsafePointer(to: kernelShape) {
    unsafe (Int(kernel_attention_parts($0)), Int(kernel_attention_scratch($0)))
  }
  let path = compute.path.code
  compute.team.run(parts) { part in
    let scratch = MatrixStorage(capacity: scratchCount)
    // Later tiles of queries see more keys: starting with them leaves the short ones to even out the threads.
    let turn = parts - 1 - part
    unsafe withUnsafePointer(to: kernelShape) { kernelShape in
      unsafe q.withPointer { q in
        unsafe k.withPointer { k in
          unsafe v.withPointer { v in
            unsafe kernel_attention(
              path, kernelShape, turn, q, k, v, output.storage.pointer,
              logSumExp.storage.pointer, scratch.pointer)
          }
        }
      }
    }
  }
  return (output, logSumExp)
}

/// The gradients at q `[T, H·d]`, k and v `[S, G·d]` from the gradient at the output `[T, H·d]`; scores are computed again.
package func attentionPullback(
  _ q: Matrix, _ k: Matrix, _ v: Matrix, output: Matrix, logSumExp: Matrix,
  shape: AttentionShape, firstQueryPosition: Int, compute: Compute, outputGradient: Matrix
) -> (q: Matrix, k: Matrix, v: Matrix) {
  checkShapes(q, k, v, shape: shape, firstQueryPosition: firstQueryPosition)
  precondition(
    outputGradient.rows == q.rows && outputGradient.columns == q.columns
      && output.rows == q.rows && output.columns == q.columns
      && logSumExp.rows == q.rows && logSumExp.columns == shape.queryHeads,
    "output, logSumExp and gradient of \(q.rows) queries")
  let queryGradient = Matrix(rows: q.rows, columns: q.columns)
  let keyGradient = Matrix(rows: k.rows, columns: k.columns)
  let valueGradient = Matrix(rows: v.rows, columns: v.columns)
  let kernelShape = shape.kernelShape(
    queries: q.rows, keys: k.rows, firstQueryPosition: firstQueryPosition)
  let scratchCount = unsafe withUnsafePointer(to: kernelShape) {
    unsafe Int(kernel_attention_scratch($0))
  }
  let path = compute.path.code
  compute.team.run(shape.keyValueHeads) { head in
    let scratch = MatrixStorage(capacity: scratchCount)
    unsafe withUnsafePointer(to: kernelShape) { kernelShape in
      unsafe kernel_attention_pullback(
        path, kernelShape, head, q.storage.pointer, k.storage.pointer, v.storage.pointer,
        output.storage.pointer, logSumExp.storage.pointer, outputGradient.storage.pointer,
        queryGradient.storage.pointer, keyGradient.storage.pointer,
        valueGradient.storage.pointer, scratch.pointer)
    }
  }
  return (queryGradient, keyGradient, valueGradient)
}

private func checkShapes(
  _ q: Matrix, _ k: Matrix, _ v: Matrix, shape: AttentionShape, firstQueryPosition: Int
) {
  precondition(
    q.columns == shape.queryHeads * shape.headSize
      && k.columns == shape.keyValueHeads * shape.headSize && v.columns == k.columns
      && v.rows == k.rows && firstQueryPosition >= 0,
    "q [\(q.rows), \(q.columns)], k [\(k.rows), \(k.columns)], v [\(v.rows), \(v.columns)] for \(shape)"
  )
}
