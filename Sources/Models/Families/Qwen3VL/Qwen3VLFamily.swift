package import Checkpoints
package import Images
package import Tensors
package import Tokenization

/// Qwen3-VL: a tower on pictures of any shape, whose deep layers are added behind the decoder's
/// first blocks, and a Qwen3 decoder that turns by time, height and width.
package struct Qwen3VLFamily: ModelFamily {
  package static let modelType = "qwen3_vl"
  package static let architecture = "Qwen3VLForConditionalGeneration"
  package static let seesPictures = true

  package let configuration: Qwen3VLConfiguration
  package var text: TextConfiguration { configuration.text }

  package init(_ reader: ConfigurationReader) throws(CheckpointError) {
    configuration = try Qwen3VLConfiguration(reader)
  }

  package func pictureEncoder(
    folder: String, checkpoint: Checkpoint, tokenizer: Tokenizer, resizing: PictureResizing,
    compute: Compute, engine: some Operators
  ) throws -> (any PictureEncoder)? {
    try QwenEncoder(
      tower: Qwen3VLTower(
        configuration.vision, weights: checkpoint.scope("visual"), compute: compute,
        engine: engine),
      settings: QwenProcessorConfiguration(folder: folder), imageToken: configuration.imageToken,
      videoToken: configuration.videoToken, tokenizer: tokenizer, resizing: resizing)
  }
}
