import Checkpoints
import Tensors

/// The vision transformer of Qwen3-VL, over one picture of any size.
///
/// p patch size, m × m patches a token, P patches, h width. Patches stand in the order of their
/// tokens: token by token row by row, within a token row by row. Learned positions are interpolated
/// to the picture's grid, queries and keys turn by row and column. Follows `Qwen3VLVisionModel` of
/// transformers 5.24.
struct Qwen3VLTower<Engine: Operators>: QwenTower {
  let configuration: Qwen3VLVisionConfiguration
  let embedding: QwenPatchEmbedding
  let positions: Matrix  // pos_embed [side², h]
  let rotary: RotaryEmbedding
  let layers: [EncoderLayer<Engine>]  // blocks.N
  let merger: PatchMerger<Engine>  // merger
  let deepMergers: [PatchMerger<Engine>]  // deepstack_merger_list.N
  private let engine: Engine

  init(
    _ model: Qwen3VLVisionConfiguration, weights: WeightScope, compute: Compute, engine: Engine
  ) throws {
    configuration = model
    self.engine = engine
    let h = model.hiddenSize
    embedding = try QwenPatchEmbedding(
      model.patches, hiddenSize: h, bias: true, weights: weights, compute: compute)
    try weights.requireFinite("pos_embed.weight")
    positions = try weights.matrix(
      "pos_embed.weight", rows: model.positionsPerSide * model.positionsPerSide, columns: h
    ).floats()
    rotary = RotaryEmbedding(ofRowsAndColumns: model.rotaryTheta, headSize: model.headSize)
    layers = try (0..<model.layerCount).map {
      try EncoderLayer(model.layer, weights: weights["blocks.\($0)"], engine: engine)
    }
    let width = h * model.patches.mergeCount
    func merger(_ name: String, ofTokens: Bool) throws -> PatchMerger<Engine> {
      let weights = weights[name]
      let norm = try LayerNorm(
        "norm", size: ofTokens ? width : h, epsilon: Qwen3VLVisionConfiguration.normEpsilon,
        weights: weights, engine: engine)
      return try PatchMerger(
        width: width, outputSize: model.outputSize,
        norm: ofTokens ? .ofTokens(norm) : .ofPatches(norm), names: ("linear_fc1", "linear_fc2"),
        weights: weights, engine: engine)
    }
    self.merger = try merger("merger", ofTokens: false)
    deepMergers = try model.deepLayers.indices.map {
      try merger("deepstack_merger_list.\($0)", ofTokens: true)
    }
  }

  var sizes: PatchSizes { configuration.patches }

  func callAsFunction(
    _ pixels: [Float], height: Int, width: Int, cancellation: Cancellation
  ) throws -> (features: Matrix, deep: [Matrix]) {
    let places = PatchOrder(
      rows: height / sizes.patchSize, columns: width / sizes.patchSize, merge: sizes.mergeSize)
    var x = try engine.rows(
      embedding(pixels, height: height, width: width, places: places) + learnedPositions(places))
    let turning = RowPositions.listed([places.rowOfPatch, places.columnOfPatch])
    var deep: [Matrix] = []
    for (index, layer) in layers.enumerated() {
      x = try layer(x, turning: (rotary, turning), cancellation: cancellation)
      if configuration.deepLayers.contains(index) {
        deep.append(try engine.matrix(deepMergers[deep.count](x)))
      }
    }
    return (try engine.matrix(merger(x)), deep)
  }

  func workingCount(patches: Int) -> Int {
    let layer = patches * (10 * configuration.hiddenSize + 2 * configuration.intermediateSize)
    let features =
      patches / sizes.mergeCount * configuration.outputSize * (1 + configuration.deepLayers.count)
    return layer + 2 * features
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
