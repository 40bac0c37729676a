import Autoencoders

/// What to load when nothing was loaded explicitly.
struct StartupFiles: Sendable, Equatable {
  var model: String?
  var autoencoders: [String] = []
  /// The sites of the first autoencoders; the others' files say theirs.
  var sites: [String] = []
  /// What the files of the first autoencoders leave open.
  var options: [AutoencoderOptions] = []
}
