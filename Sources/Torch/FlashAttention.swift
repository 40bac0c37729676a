import CTorch
package import Tensors

/// Attention by FlashAttention (Dao 2023), which PyTorch has on CUDA alone: causal or of all keys,
/// in bfloat16, scores over √d.
///
/// It computes what the tiles compute, with two differences: the output is rounded to bfloat16, and
/// in the pullback the row sums are made of the rounded output. Held to the tiles on a device.
package struct FlashAttention {
  private let shape: AttentionShape
  private let device: TorchDevice

  /// - Parameter shape: one that `computes` takes.
  package init(_ shape: AttentionShape, device: TorchDevice) {
    (self.shape, self.device) = (shape, device)
  }

  /// Whether an attention in bfloat16 is one that it computes. The last query of a causal one must
  /// be at the last key, to which it aligns them.
  package static func computes(
    _ shape: AttentionShape, queries: Int, keys: Int, firstQueryPosition: Int, hasKeyEnds: Bool
  ) -> Bool {
    let d = shape.headSize
    let seesAll = shape.window == nil && !hasKeyEnds
    let isAligned = !shape.causal || firstQueryPosition + queries == keys
    let isScaled = shape.scale == 1 / Float(d).squareRoot()
    return seesAll && isAligned && isScaled && queries > 0 && keys > 0 && d <= 256
      && d.isMultiple(of: 8)
  }

  /// Rows `[n, heads·d]` in bfloat16 as `[1, heads, n, d]`.
  private func heads(_ x: TorchArray, _ count: Int) throws -> TorchTensor {
    let d = shape.headSize
    let (sizes, strides) = ([1, count, x.rows, d], [x.rows * count * d, d, count * d, 1])
    if x.type == .bfloat16 { return try x.view(sizes, strides: strides) }
    let rounded = try device.empty([x.rows, x.columns], .bfloat16)
    try rounded.fill(from: x.tensor())
    return try rounded.view(sizes, strides: strides)
  }

  /// `[1, heads, n, d]` of any strides as float32 rows `[n, heads·d]`.
  private func rows(_ x: TorchTensor, _ like: TorchArray, _ count: Int) throws -> TorchArray {
    let d = shape.headSize
    let result = try device.empty([like.rows, like.columns])
    try result.view(
      [1, count, like.rows, d], strides: [like.rows * count * d, d, count * d, 1]
    ).fill(from: x)
    return TorchArray(result, rows: like.rows, columns: like.columns)
  }

  /// q `[n, H·d]`, k and v `[S, G·d]` → output `[n, H·d]` and the logarithms of the denominators
  /// `[n, H]`.
  package func forward(
    _ q: TorchArray, _ k: TorchArray, _ v: TorchArray
  ) throws -> (output: TorchArray, logSumExp: TorchArray) {
    let (H, G) = (shape.queryHeads, shape.keyValueHeads)
    let (queries, keys, values) = (try heads(q, H), try heads(k, G), try heads(v, G))
    var (output, levels): (OpaquePointer?, OpaquePointer?) = (nil, nil)
    try withExtendedLifetime((queries, keys, values)) {
      try unsafe device.run("flash attention") {
        unsafe ctorch_flash(
          $0, queries.handle, keys.handle, values.handle, shape.causal, &output, &levels)
      }
    }
    let mixed = unsafe try take(output)
    let logSumExp = unsafe try take(levels)
    let result = try device.empty([q.rows, H])
    try result.view([1, H, q.rows], strides: [H * q.rows, 1, H]).fill(from: logSumExp)
    return (try rows(mixed, q, H), TorchArray(result, rows: q.rows, columns: H))
  }

  /// The gradients at q, k and v.
  package func pullback(
    _ q: TorchArray, _ k: TorchArray, _ v: TorchArray, _ output: TorchArray,
    _ logSumExp: TorchArray, outputGradient: TorchArray
  ) throws -> (q: TorchArray, k: TorchArray, v: TorchArray) {
    let (H, G) = (shape.queryHeads, shape.keyValueHeads)
    let (queries, keys, values) = (try heads(q, H), try heads(k, G), try heads(v, G))
    let (mixed, gradient) = (try heads(output, H), try heads(outputGradient, H))
    let levels = try device.empty([1, H, q.rows])
    try levels.fill(from: logSumExp.view([1, H, q.rows], strides: [H * q.rows, 1, H]))
    var found: [OpaquePointer?] = unsafe [nil, nil, nil]
    try withExtendedLifetime((queries, keys, values, mixed, gradient, levels)) {
      try unsafe device.run("flash attention's pullback") { library in
        unsafe found.withUnsafeMutableBufferPointer { results in
          unsafe ctorch_flash_pullback(
            library, gradient.handle, queries.handle, keys.handle, values.handle, mixed.handle,
            levels.handle, shape.causal, Int64(q.rows), Int64(k.rows), results.baseAddress)
        }
      }
    }
    let gradients = unsafe try found.map { unsafe try take($0) }
    return (
      try rows(gradients[0], q, H), try rows(gradients[1], k, G), try rows(gradients[2], v, G)
    )
  }

  private func take(_ handle: OpaquePointer?) throws -> TorchTensor {
    guard let handle = unsafe handle else { throw device.failure(of: "flash attention") }
    return unsafe try device.taken(handle, "flash attention")
  }
}
