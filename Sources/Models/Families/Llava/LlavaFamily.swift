package import Checkpoints
package import Images
package import Tensors
package import Tokenization

/// A family of LLaVA models: their configurations have the same keys, their pictures the same way.
package protocol LlavaFamily: ModelFamily {
  var configuration: LlavaConfiguration { get }
}

extension LlavaFamily {
  package static var seesPictures: Bool { true }
  package var text: TextConfiguration { configuration.text }

  package func pictureEncoder(
    folder: String, checkpoint: Checkpoint, tokenizer: Tokenizer, resizing: PictureResizing,
    compute: Compute, engine: some Operators
  ) throws -> (any PictureEncoder)? {
    try LlavaEncoder(
      configuration, folder: folder, checkpoint: checkpoint, tokenizer: tokenizer,
      resizing: resizing, compute: compute, engine: engine)
  }
}
