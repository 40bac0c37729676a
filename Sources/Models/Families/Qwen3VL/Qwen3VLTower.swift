import Checkpoints
import Tensors

/// The vision transformer of Qwen3-VL, over one picture of any size.
///
/// p patch size, m × m patches a token, P patches, h width. Patches stand in the order of their
/// tokens: token by token row by row, within a token row by row. Learned positions are interpolated
/// to the picture's grid, queries and keys turn by row and column. Follows `Qwen3VLVisionModel` of
/// transformers 5.24.
struct Qwen3VLTower: Sendable {
  let configuration: Qwen3VLVisionConfiguration
  let patch: Linear  // patch_embed.proj [h, 3·t·p·p], t frames
  let positions: Matrix  // pos_embed [side², h]
  let rotary: RotaryEmbedding
  let layers: [EncoderLayer]  // blocks.N
  let merger: PatchMerger  // merger
  let deepMergers: [PatchMerger]  // deepstack_merger_list.N

  init(
    _ model: Qwen3VLVisionConfiguration, weights: WeightScope, compute: Compute
  ) throws {
    configuration = model
    let (h, p) = (model.hiddenSize, model.patchSize)
    patch = try weights["patch_embed"].linear(
      "proj", rows: h, columns: 3 * model.temporalPatchSize * p * p, bias: true, compute: compute)
    try weights.requireFinite("pos_embed.weight")
    positions = try weights.matrix(
      "pos_embed.weight", rows: model.positionsPerSide * model.positionsPerSide, columns: h
    ).floats()
    rotary = Self.rotary(model)
    layers = try (0..<model.layerCount).map {
      try EncoderLayer(model.layer, weights: weights["blocks.\($0)"], compute: compute)
    }
    merger = try PatchMerger(model, norm: .patch, weights: weights["merger"], compute: compute)
    deepMergers = try model.deepLayers.indices.map {
      try PatchMerger(
        model, norm: .token, weights: weights["deepstack_merger_list.\($0)"], compute: compute)
    }
  }

  /// The first half of the pairs turns by the row, the other by the column, by the same
  /// frequencies.
  private static func rotary(_ model: Qwen3VLVisionConfiguration) -> RotaryEmbedding {
    let d = model.headSize
    let half = RotaryRecipe(theta: model.rotaryTheta).inverseFrequencies(headSize: d / 2)
    return RotaryEmbedding(
      headSize: d, inverseFrequencies: half + half,
      axes: half.map { _ in 0 } + half.map { _ in 1 })
  }

  /// One picture's pixels `[3, height, width]`, normalised, both sides whole numbers of tokens →
  /// the features of its tokens `[P / m², D]`, and those of the deep layers, to be added behind the
  /// decoder's first blocks, `[P / m², D]` each.
  func callAsFunction(
    _ pixels: [Float], height: Int, width: Int, cancellation: Cancellation
  ) throws -> (features: Matrix, deep: [Matrix]) {
    let places = PatchOrder(
      rows: height / configuration.patchSize, columns: width / configuration.patchSize,
      merge: configuration.mergeSize)
    var x = embed(pixels, height: height, width: width, places: places)
    let turning = RowPositions.listed([places.rowOfPatch, places.columnOfPatch])
    var deep: [Matrix] = []
    for (index, layer) in layers.enumerated() {
      x = try layer(x, turning: (rotary, turning), cancellation: cancellation)
      if configuration.deepLayers.contains(index) { deep.append(deepMergers[deep.count](x)) }
    }
    return (merger(x), deep)
  }

  /// The residual stream before the first layer, `[P, h]`.
  private func embed(
    _ pixels: [Float], height: Int, width: Int, places: PatchOrder
  ) -> Matrix {
    precondition(pixels.count == 3 * height * width, "a picture of another size")
    let (p, frames) = (configuration.patchSize, configuration.temporalPatchSize)
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
    return patch(patches) + learnedPositions(places)
  }

  /// The grid of learned positions brought to the picture's, its corners kept, `[P, h]`.
  private func learnedPositions(_ places: PatchOrder) -> Matrix {
    let side = configuration.positionsPerSide
    /// The two learned places around one of `count` along a side, and the share of the second
    /// (`_interpolation_axis_taps_weights`, in float32).
    func taps(_ index: Int, of count: Int) -> (low: Int, high: Int, share: Float) {
      let place = Float(index) * Float(side - 1) / Float(max(count - 1, 1))
      let low = min(Int(place), side - 1)
      return (low, min(low + 1, side - 1), place - Float(low))
    }
    var result = Matrix(rows: places.count, columns: configuration.hiddenSize)
    for index in 0..<places.count {
      let y = taps(places.rowOfPatch[index], of: places.rows)
      let x = taps(places.columnOfPatch[index], of: places.columns)
      let corners = [
        (y.low * side + x.low, (1 - y.share) * (1 - x.share)),
        (y.low * side + x.high, (1 - y.share) * x.share),
        (y.high * side + x.low, y.share * (1 - x.share)),
        (y.high * side + x.high, y.share * x.share),
      ]
      var sum = [Float](repeating: 0, count: result.columns)
      for (place, weight) in corners where weight != 0 {
        for (column, value) in positions.row(place).enumerated() { sum[column] += weight * value }
      }
      result.setRow(index, sum)
    }
    return result
  }
}
