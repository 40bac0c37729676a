import Checkpoints
package import Tensors

/// The sizes of a CLIP vision tower.
package struct VisionConfiguration: Sendable, Equatable {
  package var hiddenSize: Int
  package var intermediateSize: Int
  package var layerCount: Int
  package var headCount: Int
  package var channelCount: Int
  /// Side of the square input in pixels.
  package var imageSize: Int
  /// Side of a patch in pixels.
  package var patchSize: Int
  package var activation: Activation
  package var normEpsilon: Double

  /// Patches along a side; a remainder of pixels is not seen.
  package var gridSize: Int { imageSize / patchSize }
  /// Patches of an image, the class token not counted.
  package var patchCount: Int { gridSize * gridSize }

  /// What each of its layers is.
  var layer: EncoderRecipe {
    EncoderRecipe(
      hiddenSize: hiddenSize, intermediateSize: intermediateSize, headCount: headCount,
      activation: activation, normEpsilon: normEpsilon)
  }
}

extension VisionConfiguration {
  /// LlavaNextConfig without a `vision_config`: CLIP ViT-L/14 at 336 pixels.
  static let llavaNextDefault = VisionConfiguration(
    hiddenSize: 1024, intermediateSize: 4096, layerCount: 24, headCount: 16, channelCount: 3,
    imageSize: 336, patchSize: 14, activation: .quickGELU, normEpsilon: 1e-5)

  /// From a `vision_config` object; the defaults are those of CLIPVisionConfig.
  init(_ reader: ConfigurationReader) throws(CheckpointError) {
    let type = try reader.text("model_type") ?? "clip_vision_model"
    guard type == "clip_vision_model" else {
      throw .unsupported(
        key: reader.path + "model_type", found: type, supported: ["clip_vision_model"])
    }
    hiddenSize = try reader.size("hidden_size", default: 768)
    intermediateSize = try reader.size("intermediate_size", default: 3072)
    layerCount = try reader.size("num_hidden_layers", default: 12, limit: 4096)
    headCount = try reader.size("num_attention_heads", default: 12)
    channelCount = try reader.size("num_channels", default: 3)
    imageSize = try reader.size("image_size", default: 224, limit: 1 << 14)
    patchSize = try reader.size("patch_size", default: 32, limit: 1 << 14)
    activation = try reader.activation(
      "hidden_act", of: [.quickGELU, .gelu], default: .quickGELU)
    normEpsilon = try reader.positive("layer_norm_eps", default: 1e-5)
    guard hiddenSize.isMultiple(of: headCount) else {
      throw reader.error(
        "hidden_size", hiddenSize, "a multiple of num_attention_heads \(headCount)")
    }
    guard channelCount == 3 else {
      throw reader.error("num_channels", channelCount, "3")
    }
    guard patchSize <= imageSize else {
      throw reader.error("patch_size", patchSize, "at most image_size \(imageSize)")
    }
  }
}
