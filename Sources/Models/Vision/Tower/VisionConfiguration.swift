package import Checkpoints
package import Tensors

/// The sizes of a vision tower.
package struct VisionConfiguration: Sendable, Equatable {
  /// Which tower, by its `model_type`.
  package enum Kind: String, Sendable, CaseIterable {
    /// A class token before the patches, which have no bias; a norm before the layers.
    case clip = "clip_vision_model"
    /// Patches alone, with a bias.
    case siglip = "siglip_vision_model"
  }

  package var kind: Kind
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
  /// Tokens in front of the patches.
  package var classTokenCount: Int { kind == .clip ? 1 : 0 }

  /// What each of its layers is.
  var layer: EncoderRecipe {
    EncoderRecipe(
      hiddenSize: hiddenSize, intermediateSize: intermediateSize, headCount: headCount,
      activation: activation, normEpsilon: normEpsilon)
  }
}

extension VisionConfiguration {
  /// From a `vision_config` object.
  ///
  /// - Parameters:
  ///   - kinds: what the family can see with; the first where the object does not say.
  ///   - defaults: what the family's class assumes of a tower of the first kind; by default that
  ///     tower's own class.
  package init(
    _ reader: ConfigurationReader, kinds: [Kind], defaults: VisionConfiguration? = nil
  ) throws(CheckpointError) {
    kind = try reader.choice("model_type", of: kinds, default: kinds[0])
    let silent = kind == kinds[0] ? defaults ?? .defaults(of: kind) : .defaults(of: kind)
    hiddenSize = try reader.size("hidden_size", default: silent.hiddenSize)
    intermediateSize = try reader.size("intermediate_size", default: silent.intermediateSize)
    layerCount = try reader.size("num_hidden_layers", default: silent.layerCount, limit: 4096)
    headCount = try reader.size("num_attention_heads", default: silent.headCount)
    channelCount = try reader.size("num_channels", default: silent.channelCount)
    imageSize = try reader.size("image_size", default: silent.imageSize, limit: 1 << 14)
    patchSize = try reader.size("patch_size", default: silent.patchSize, limit: 1 << 14)
    activation = try reader.activation(
      "hidden_act", of: [.quickGELU, .gelu, .geluTanh], default: silent.activation)
    normEpsilon = try reader.positive("layer_norm_eps", default: silent.normEpsilon)
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

  /// Those of CLIPVisionConfig and SiglipVisionConfig.
  private static func defaults(of kind: Kind) -> VisionConfiguration {
    switch kind {
    case .clip:
      VisionConfiguration(
        kind: .clip, hiddenSize: 768, intermediateSize: 3072, layerCount: 12, headCount: 12,
        channelCount: 3, imageSize: 224, patchSize: 32, activation: .quickGELU, normEpsilon: 1e-5)
    case .siglip:
      VisionConfiguration(
        kind: .siglip, hiddenSize: 768, intermediateSize: 3072, layerCount: 12, headCount: 12,
        channelCount: 3, imageSize: 224, patchSize: 16, activation: .geluTanh, normEpsilon: 1e-6)
    }
  }
}
