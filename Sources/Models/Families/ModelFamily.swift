package import Checkpoints
package import Images
package import Tensors
package import Tokenization

/// A family of models: what its configuration says, and what it sees with. A value of it describes
/// one model.
///
/// A new family is a folder beside this file and a line in `ModelFamilies.all`.
package protocol ModelFamily: Sendable {
  /// Its `model_type` in config.json.
  static var modelType: String { get }
  /// The class of transformers that reads the same folder.
  static var architecture: String { get }
  /// Whether its prompts may hold pictures; then there is a `pictureEncoder`.
  static var seesPictures: Bool { get }

  /// Reads config.json. Throws `.configuration` and `.unsupported`, naming the key.
  init(_ reader: ConfigurationReader) throws(CheckpointError)

  /// Its decoder, with the tokens that begin and end texts.
  var text: TextConfiguration { get }

  /// What it sees with, from the files in `folder`, its tower's layers on `engine`; nil in a
  /// family of text models.
  func pictureEncoder(
    folder: String, checkpoint: Checkpoint, tokenizer: Tokenizer, resizing: PictureResizing,
    compute: Compute, engine: some Operators
  ) throws -> (any PictureEncoder)?
}
