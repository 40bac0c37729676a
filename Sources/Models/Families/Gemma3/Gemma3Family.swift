package import Checkpoints
package import Images
package import Tensors
package import Tokenization

/// Gemma 3 with eyes: SigLIP's tower on the whole picture and, where the processor pans and scans,
/// on crops of it; pooled, projected, and seen both ways by the decoder of `Gemma3TextFamily`.
package struct Gemma3Family: ModelFamily {
  package static let modelType = "gemma3"
  package static let architecture = "Gemma3ForConditionalGeneration"
  package static let seesPictures = true

  package let configuration: Gemma3Configuration
  package var text: TextConfiguration { configuration.text }

  package init(_ reader: ConfigurationReader) throws(CheckpointError) {
    configuration = try Gemma3Configuration(reader)
  }

  package func pictureEncoder(
    folder: String, checkpoint: Checkpoint, tokenizer: Tokenizer, resizing: PictureResizing,
    compute: Compute, engine: some Operators
  ) throws -> (any PictureEncoder)? {
    try Gemma3Encoder(
      configuration, settings: Gemma3ProcessorConfiguration(folder: folder),
      checkpoint: checkpoint, tokenizer: tokenizer, resizing: resizing, compute: compute,
      engine: engine)
  }
}
