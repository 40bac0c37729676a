import Checkpoints
internal import JSON
import Tensors

/// The sizes of a Qwen2.5-VL vision tower.
package struct Qwen25VLVisionConfiguration: Sendable, Equatable {
  package var hiddenSize: Int  // h
  package var intermediateSize: Int
  package var layerCount: Int
  package var headCount: Int
  package var patches: PatchSizes
  /// Width of the tower's features, the decoder's.
  package var outputSize: Int
  /// Side of a window in tokens.
  package var windowSide: Int
  /// Layers in which a picture's patches all see each other; in the others those of a window do.
  package var wholeLayers: Set<Int>
  package var rotaryTheta: Double

  package var headSize: Int { hiddenSize / headCount }

  /// Of every norm of the tower, written into its class.
  static let normEpsilon = 1e-6
}

extension Qwen25VLVisionConfiguration {
  /// From a `vision_config` object; the defaults are those of Qwen2_5_VLVisionConfig.
  init(_ reader: ConfigurationReader) throws(CheckpointError) {
    // The first files say qwen2_5_vl.
    let kinds = ["qwen2_5_vl_vision", "qwen2_5_vl"]
    if let type = try reader.text("model_type"), !kinds.contains(type) {
      throw .unsupported(key: reader.path + "model_type", found: type, supported: kinds)
    }
    hiddenSize = try reader.size("hidden_size", default: 3584)
    intermediateSize = try reader.size("intermediate_size", default: 3420)
    layerCount = try reader.size("depth", default: 32, limit: 4096)
    headCount = try reader.size("num_heads", default: 16)
    patches = try PatchSizes(reader, patchSize: 14, mergeKey: "spatial_merge_size")
    outputSize = try reader.size("out_hidden_size", default: 3584)
    _ = try reader.activation("hidden_act", of: [.silu], default: .silu)
    rotaryTheta =
      try reader.child("rope_parameters")?.positive("rope_theta", default: 10_000) ?? 10_000
    let window = try reader.size("window_size", default: 112)
    windowSide = window / patches.mergeSize / patches.patchSize
    wholeLayers = try Self.wholeLayers(reader)
    guard windowSide > 0 else {
      throw reader.error(
        "window_size", window, "at least a token's pixels, \(patches.cellSide)")
    }
    guard try reader.size("in_channels", default: 3) == 3 else {
      throw reader.error("in_channels", reader.object["in_channels"], "3")
    }
    // Rows and columns turn a half of each head, in pairs.
    guard hiddenSize.isMultiple(of: 4 * headCount) else {
      throw reader.error("hidden_size", hiddenSize, "a multiple of 4 · num_heads \(headCount)")
    }
  }

  /// Numbers of layers that a short tower has not are of no effect, as in transformers.
  private static func wholeLayers(
    _ reader: ConfigurationReader
  ) throws(CheckpointError) -> Set<Int> {
    let key = "fullatt_block_indexes"
    guard let value = reader.object.present(key) else { return [7, 15, 23, 31] }
    let layers = value.arrayValue?.compactMap(\.plainInteger) ?? []
    guard let count = value.arrayValue?.count, count == layers.count,
      layers.allSatisfy({ $0 >= 0 })
    else { throw reader.error(key, value, "a list of layers, from 0") }
    return Set(layers)
  }
}
