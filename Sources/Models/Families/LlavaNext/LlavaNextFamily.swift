package import Checkpoints
package import Images
package import Tensors
package import Tokenization

/// LLaVA-NeXT (LLaVA 1.6): CLIP's tower on the tiles of a picture, a projector, a text family's
/// decoder.
package struct LlavaNextFamily: ModelFamily {
  package static let modelType = "llava_next"
  package static let architecture = "LlavaNextForConditionalGeneration"
  package static let seesPictures = true

  package let configuration: LlavaNextConfiguration
  package var text: TextConfiguration { configuration.text }

  package init(_ reader: ConfigurationReader) throws(CheckpointError) {
    configuration = try LlavaNextConfiguration(reader)
  }

  package func pictureEncoder(
    folder: String, checkpoint: Checkpoint, tokenizer: Tokenizer, resizing: PictureResizing,
    compute: Compute
  ) throws -> (any PictureEncoder)? {
    try LlavaNextEncoder(
      configuration, processor: ProcessorConfiguration(folder: folder), checkpoint: checkpoint,
      resizing: resizing, compute: compute)
  }
}
