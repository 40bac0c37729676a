package import Checkpoints
import Tensors

/// LLaVA-NeXT (LLaVA 1.6): CLIP's tower on the tiles of a picture, a projector, a text family's
/// decoder.
package struct LlavaNextFamily: LlavaFamily {
  package static let modelType = "llava_next"
  package static let architecture = "LlavaNextForConditionalGeneration"

  package let configuration: LlavaConfiguration

  package init(_ reader: ConfigurationReader) throws(CheckpointError) {
    configuration = try LlavaConfiguration(reader, defaults: Self.defaults)
  }

  /// Those of LlavaNextConfig; its tower is CLIP ViT-L/14 at 336 pixels.
  private static let defaults = LlavaDefaults(
    text: LlamaFamily.self, towers: [.clip],
    vision: VisionConfiguration(
      kind: .clip, hiddenSize: 1024, intermediateSize: 4096, layerCount: 24, headCount: 16,
      channelCount: 3, imageSize: 336, patchSize: 14, activation: .quickGELU, normEpsilon: 1e-5),
    imageToken: 32_000, videoToken: nil,
    pinpoints: [
      ImageSize(height: 336, width: 672), ImageSize(height: 672, width: 336),
      ImageSize(height: 672, width: 672), ImageSize(height: 1008, width: 336),
      ImageSize(height: 336, width: 1008),
    ], featureLayer: -2, selectStrategy: .default, aspectRatio: nil)
}
