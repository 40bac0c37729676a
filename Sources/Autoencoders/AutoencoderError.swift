package import Checkpoints

/// What can be wrong with an autoencoder's files or with what is asked of it. A message names the
/// thing, the value found and the value expected.
package enum AutoencoderError: Error, Equatable, CustomStringConvertible {
  /// The path holds no autoencoder: nothing there, a file, or a folder without `cfg.json`.
  case notAnAutoencoder(path: String, reason: String)
  /// A parent of several layer folders, and the name asked for (if any) picks none of them.
  case layerNotChosen(path: String, asked: String?, found: [String])
  /// `cfg.json` cannot be read, or says something this room does not implement.
  case configuration(path: String, reason: String)
  /// The files name a place in the model that is no site here.
  case site(path: String, reason: String)
  /// A feature cache that is damaged or holds what is not read.
  case cache(path: String, reason: String)
  /// What the reader of a file of weights says of it.
  case file(CheckpointError)
  /// A matrix, latent or row handed in does not fit the autoencoder.
  case mismatch(what: String, found: Int, expected: Int)
  /// A latent index that the autoencoder does not have.
  case latentOutOfRange(latent: Int, latentCount: Int)
  /// Rows that the activations or the code do not have.
  case rowsOutOfRange(rows: Range<Int>, count: Int)
  /// A value in a request or an option that is not finite or not in its range.
  case value(what: String, found: String, expected: String)
  /// A result that is not finite, where weights or activations must be at fault.
  case notFinite(what: String, row: Int, column: Int)
  /// Top-k taken again, asked of an autoencoder that does not take it.
  case nothingToReselect(String)
  /// Activations that may be below zero, asked for what counts them as amounts.
  case signedActivations(String, use: String)
  /// A file could not be written.
  case writing(path: String, reason: String)
  /// A trainer's checkpoint that cannot be continued.
  case checkpoint(path: String, reason: String)

  package var description: String {
    switch self {
    case .notAnAutoencoder(let path, let reason):
      "no autoencoder at \(path): \(reason)"
    case .layerNotChosen(let path, nil, let found):
      "\(path) holds several autoencoders (\(found.joined(separator: ", "))): name one of them"
    case .layerNotChosen(let path, let asked?, let found):
      "\(path) holds no autoencoder \(asked); it holds \(found.joined(separator: ", "))"
    case .configuration(let path, let reason), .cache(let path, let reason),
      .site(let path, let reason):
      "\(path): \(reason)"
    case .file(let error): error.description
    case .mismatch(let what, let found, let expected):
      "\(what) is \(found), expected \(expected)"
    case .latentOutOfRange(let latent, let latentCount):
      "latent \(latent) does not exist; the autoencoder has 0 to \(latentCount - 1)"
    case .rowsOutOfRange(let rows, let count):
      "rows \(rows.lowerBound)..<\(rows.upperBound) do not exist; there are \(count) rows"
    case .value(let what, let found, let expected):
      "\(what) is \(found), expected \(expected)"
    case .notFinite(let what, let row, let column):
      "\(what) is not finite at row \(row), column \(column)"
    case .nothingToReselect(let activation):
      "the autoencoder's activation is \(activation): there is no top-k to apply again; changes "
        + "of its latents need reselect \"none\""
    case .signedActivations(let activation, let use):
      "the autoencoder's activation is \(activation): its values may be below zero, which "
        + "\(use) does not take"
    case .writing(let path, let reason):
      "cannot write \(path): \(reason)"
    case .checkpoint(let path, let reason):
      "cannot continue from \(path): \(reason)"
    }
  }
}
