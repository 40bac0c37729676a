import Checkpoints
internal import JSON
package import Tensors

/// The sizes of a Qwen3-VL vision tower.
package struct Qwen3VLVisionConfiguration: Sendable, Equatable {
  package var hiddenSize: Int  // h
  package var intermediateSize: Int
  package var layerCount: Int
  package var headCount: Int
  package var patches: PatchSizes
  /// Width of the tower's features, the decoder's.
  package var outputSize: Int
  /// Side of the grid of learned positions.
  package var positionsPerSide: Int
  /// Layers whose output, merged, is added behind the decoder's first blocks, in their order.
  package var deepLayers: [Int]
  package var activation: Activation
  package var rotaryTheta: Double

  package var headSize: Int { hiddenSize / headCount }

  var layer: EncoderRecipe {
    EncoderRecipe(
      hiddenSize: hiddenSize, intermediateSize: intermediateSize, headCount: headCount,
      activation: activation, normEpsilon: Self.normEpsilon, names: .qwen3VL)
  }

  /// Of every norm of the tower, written into its class.
  static let normEpsilon = 1e-6
}

extension Qwen3VLVisionConfiguration {
  /// From a `vision_config` object; the defaults are those of Qwen3VLVisionConfig.
  init(_ reader: ConfigurationReader) throws(CheckpointError) {
    // The first files say qwen3_vl.
    let kinds = ["qwen3_vl_vision", "qwen3_vl"]
    if let type = try reader.text("model_type"), !kinds.contains(type) {
      throw .unsupported(key: reader.path + "model_type", found: type, supported: kinds)
    }
    hiddenSize = try reader.size("hidden_size", default: 1152)
    intermediateSize = try reader.size("intermediate_size", default: 4304)
    layerCount = try reader.size("depth", default: 27, limit: 4096)
    headCount = try reader.size("num_heads", default: 16)
    patches = try PatchSizes(reader, patchSize: 16, mergeKey: "spatial_merge_size")
    outputSize = try reader.size("out_hidden_size", default: 3584)
    let positions = try reader.size("num_position_embeddings", default: 2304)
    positionsPerSide = Int(Double(positions).squareRoot())
    activation = try reader.activation(
      "hidden_act", of: [.geluTanh, .gelu, .quickGELU, .silu], default: .geluTanh)
    deepLayers = try Self.deepLayers(reader, layerCount: layerCount)
    rotaryTheta =
      try reader.child("rope_parameters")?.positive("rope_theta", default: 10_000) ?? 10_000
    guard try reader.size("in_channels", default: 3) == 3 else {
      throw reader.error("in_channels", reader.object["in_channels"], "3")
    }
    guard positionsPerSide * positionsPerSide == positions else {
      throw reader.error("num_position_embeddings", positions, "the square of a grid's side")
    }
    // Rows and columns turn a half of each head, in pairs.
    guard hiddenSize.isMultiple(of: 4 * headCount) else {
      throw reader.error("hidden_size", hiddenSize, "a multiple of 4 · num_heads \(headCount)")
    }
  }

  private static func deepLayers(
    _ reader: ConfigurationReader, layerCount: Int
  ) throws(CheckpointError) -> [Int] {
    let key = "deepstack_visual_indexes"
    let value = reader.object.present(key) ?? .array([.integer(8), .integer(16), .integer(24)])
    let layers = value.arrayValue?.compactMap(\.plainInteger) ?? []
    guard layers.count == value.arrayValue?.count, Set(layers).count == layers.count,
      layers.allSatisfy({ (0..<layerCount).contains($0) }), layers == layers.sorted()
    else {
      throw reader.error(
        key, value, "layers below depth \(layerCount), ascending and apart")
    }
    return layers
  }
}
