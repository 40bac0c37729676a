import Checkpoints
import Tensors

/// From pixels to the first of a tower's streams: a product with each patch, a still picture's
/// repeated for as many frames as a patch spans. On the processor, as `PatchEmbedding`.
struct QwenPatchEmbedding: Sendable {
  let patch: Linear  // patch_embed.proj [h, 3·t·p·p], t frames
  let sizes: PatchSizes

  /// - Parameter weights: the tower's.
  init(
    _ sizes: PatchSizes, hiddenSize h: Int, bias: Bool, weights: WeightScope, compute: Compute
  ) throws {
    let p = sizes.patchSize
    patch = try weights["patch_embed"].linear(
      "proj", rows: h, columns: 3 * sizes.temporalPatchSize * p * p, bias: bias,
      engine: HostOperators(compute))
    self.sizes = sizes
  }

  /// Pixels `[3, height, width]` → `[P, h]`, in the order of `places`.
  func callAsFunction(
    _ pixels: [Float], height: Int, width: Int, places: PatchOrder
  ) -> Matrix {
    precondition(pixels.count == 3 * height * width, "a picture of another size")
    let (p, frames) = (sizes.patchSize, sizes.temporalPatchSize)
    var patches = Matrix(rows: places.count, columns: 3 * frames * p * p)
    for index in 0..<places.count {
      let (row, column) = (places.rowOfPatch[index], places.columnOfPatch[index])
      var values: [Float] = []
      values.reserveCapacity(patches.columns)
      for channel in 0..<3 {
        var frame: [Float] = []
        for y in 0..<p {
          let start = (channel * height + row * p + y) * width + column * p
          frame.append(contentsOf: pixels[start..<start + p])
        }
        for _ in 0..<frames { values.append(contentsOf: frame) }
      }
      patches.setRow(index, values)
    }
    return patch(patches)
  }
}
