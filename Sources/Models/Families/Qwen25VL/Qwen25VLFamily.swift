package import Checkpoints
package import Images
package import Tensors
package import Tokenization

/// Qwen2.5-VL: a tower on pictures of any shape, most of whose layers see windows alone, and a
/// Qwen2 decoder that turns by time, height and width.
package struct Qwen25VLFamily: ModelFamily {
  package static let modelType = "qwen2_5_vl"
  package static let architecture = "Qwen2_5_VLForConditionalGeneration"
  package static let seesPictures = true

  package let configuration: Qwen25VLConfiguration
  package var text: TextConfiguration { configuration.text }

  package init(_ reader: ConfigurationReader) throws(CheckpointError) {
    configuration = try Qwen25VLConfiguration(reader)
  }

  package func pictureEncoder(
    folder: String, checkpoint: Checkpoint, tokenizer: Tokenizer, resizing: PictureResizing,
    compute: Compute, engine: some Operators
  ) throws -> (any PictureEncoder)? {
    try QwenEncoder(
      tower: Qwen25VLTower(
        configuration.vision, weights: checkpoint.scope("visual"), compute: compute,
        engine: engine),
      settings: QwenProcessorConfiguration(folder: folder), imageToken: configuration.imageToken,
      videoToken: configuration.videoToken, tokenizer: tokenizer, resizing: resizing)
  }
}
