package import Checkpoints
import Tensors

/// LLaVA-OneVision: SigLIP's tower on the tiles of a picture, a projector, a text family's decoder.
///
/// The patches of a large canvas are brought to fewer tokens; of several pictures in a prompt each
/// is padded to a square of one tile.
package struct LlavaOnevisionFamily: LlavaFamily {
  package static let modelType = "llava_onevision"
  package static let architecture = "LlavaOnevisionForConditionalGeneration"

  package let configuration: LlavaConfiguration

  package init(_ reader: ConfigurationReader) throws(CheckpointError) {
    configuration = try LlavaConfiguration(reader, defaults: Self.defaults)
  }

  /// Those of LlavaOnevisionConfig; its tower is SigLIP so400m/14 at 384 pixels without the last of
  /// its layers.
  private static let defaults = LlavaDefaults(
    text: Qwen2Family.self, towers: [.siglip],
    vision: VisionConfiguration(
      kind: .siglip, hiddenSize: 1152, intermediateSize: 4304, layerCount: 26, headCount: 16,
      channelCount: 3, imageSize: 384, patchSize: 14, activation: .geluTanh, normEpsilon: 1e-6),
    imageToken: 151_646, videoToken: 151_647,
    pinpoints: (1...6).flatMap { height in
      (1...6).map { ImageSize(height: 384 * height, width: 384 * $0) }
    }, featureLayer: -1, selectStrategy: .full, aspectRatio: "anyres_max_9")
}
