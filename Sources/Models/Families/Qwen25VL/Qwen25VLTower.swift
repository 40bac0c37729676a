import Checkpoints
import Tensors

/// The vision transformer of Qwen2.5-VL, over one picture of any size.
///
/// m × m patches a token, P patches, h width. Patches stand window by window, as the tokens that
/// they become; in most layers those of a window see each other alone. Queries and keys turn by row
/// and column. Follows `Qwen2_5_VisionTransformerPretrainedModel` of transformers 5.24.
struct Qwen25VLTower<Engine: Operators>: QwenTower {
  let configuration: Qwen25VLVisionConfiguration
  let embedding: QwenPatchEmbedding
  let rotary: RotaryEmbedding
  let layers: [Qwen25VLLayer<Engine>]  // blocks.N
  let merger: PatchMerger<Engine>  // merger
  private let engine: Engine

  init(
    _ model: Qwen25VLVisionConfiguration, weights: WeightScope, compute: Compute, engine: Engine
  ) throws {
    configuration = model
    self.engine = engine
    let h = model.hiddenSize
    embedding = try QwenPatchEmbedding(
      model.patches, hiddenSize: h, bias: false, weights: weights, compute: compute)
    rotary = RotaryEmbedding(ofRowsAndColumns: model.rotaryTheta, headSize: model.headSize)
    layers = try (0..<model.layerCount).map {
      try Qwen25VLLayer(model, weights: weights["blocks.\($0)"], engine: engine)
    }
    let norm = try RMSNorm(
      "ln_q", size: h,
      norms: DecoderRecipe.Norms(epsilon: Qwen25VLVisionConfiguration.normEpsilon),
      weights: weights["merger"], engine: engine)
    merger = try PatchMerger(
      width: h * model.patches.mergeCount, outputSize: model.outputSize,
      norm: .rootMeanSquare(norm), names: ("mlp.0", "mlp.2"), weights: weights["merger"],
      engine: engine)
  }

  var sizes: PatchSizes { configuration.patches }

  func callAsFunction(
    _ pixels: [Float], height: Int, width: Int, cancellation: Cancellation
  ) throws -> (features: Matrix, deep: [Matrix]) {
    let places = PatchOrder(
      rows: height / sizes.patchSize, columns: width / sizes.patchSize, merge: sizes.mergeSize,
      windowSide: configuration.windowSide)
    var x = try engine.rows(embedding(pixels, height: height, width: width, places: places))
    let turning = (rotary, RowPositions.listed([places.rowOfPatch, places.columnOfPatch]))
    for (index, layer) in layers.enumerated() {
      let isWhole = configuration.wholeLayers.contains(index)
      x = try layer(
        x, turning: turning, windows: isWhole ? nil : places.windows, cancellation: cancellation)
    }
    let merged = try engine.matrix(merger(x))
    var features = merged
    for (place, token) in places.tokens.enumerated() {
      features.setRow(token, Array(merged.row(place)))
    }
    return (features, [])
  }

  func workingCount(patches: Int) -> Int {
    let gated = 3 * min(patches, FeedForward<Engine>.tileRows) * configuration.intermediateSize
    let features = patches / sizes.mergeCount * configuration.outputSize
    return patches * 12 * configuration.hiddenSize + gated + 3 * features
  }
}
