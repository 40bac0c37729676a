package import Checkpoints
package import Images
package import Tensors
package import Tokenization

/// A family of text models, which can be the decoder of one that sees, too: a `DecoderRecipe` and
/// nothing else.
package protocol TextFamily: ModelFamily {}

extension TextFamily {
  package static var seesPictures: Bool { false }

  package func pictureEncoder(
    folder: String, checkpoint: Checkpoint, tokenizer: Tokenizer, resizing: PictureResizing,
    compute: Compute, engine: some Operators
  ) throws -> (any PictureEncoder)? { nil }
}
