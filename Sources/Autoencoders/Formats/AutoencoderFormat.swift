import Checkpoints

/// How one library stores an autoencoder. A format is a type in a file of its own, and its line in
/// `AutoencoderFormats.all`.
protocol AutoencoderFormat: SendableMetatype {
  /// Its name on the wire.
  static var name: String { get }
  /// The file in a folder that shows it to be of this format.
  static var marker: String { get }
  static var weightsName: String { get }
  /// The options that it may have a use for.
  static var options: Set<AutoencoderOptions.Name> { get }

  /// Whether a folder is of this format, by the names of its files.
  static func matches(_ holds: (_ name: String) -> Bool) -> Bool

  /// Whether a file of this name may be given by itself: it holds an autoencoder whatever lies
  /// beside it.
  static func isWeights(_ name: String) -> Bool

  /// The block whose output a file of this name reads, where the format's names say so.
  static func block(ofFile name: String) -> Int?

  /// What a file of this name reads and makes, where the format's names say so.
  static func places(ofFile name: String) -> PlacePair?

  /// What the files in `folder` hold, shapes and numbers checked.
  /// - Parameter memory: bytes that weights may take which cannot be read where they lie.
  /// - Throws: `AutoencoderError`, or the `CheckpointError` of a file of weights.
  static func parts(
    of folder: AutoencoderFolder, memory: inout MemoryAllowance
  ) throws -> AutoencoderParts
}

extension AutoencoderFormat {
  static var options: Set<AutoencoderOptions.Name> { [] }

  static func matches(_ holds: (_ name: String) -> Bool) -> Bool { holds(marker) }

  static func isWeights(_ name: String) -> Bool { false }

  static func block(ofFile name: String) -> Int? { nil }

  static func places(ofFile name: String) -> PlacePair? {
    block(ofFile: name).map { StatedSite(folderName: name, block: $0).places }
  }
}

/// The formats that are read.
package enum AutoencoderFormats {
  /// Where several match a folder, the first is taken.
  static let all: [any AutoencoderFormat.Type] = [
    SAELensFormat.self,
    SparsifyFormat.self,
    GemmaScopeFormat.self,
    GemmaScope2Format.self,
    LlamaScopeFormat.self,
    LlamascopiumFormat.self,
    DictionaryLearningFormat.self,
    CircuitTracerFormat.self,
    MoGroundFormat.self,
    QwenScopeFormat.self,
    MMDiffFormat.self,
    VLMSAEsFormat.self,
    OvercompleteFormat.self,
  ]

  /// Whose a file of PyTorch's of any other name may be, if it is given by itself.
  static let unnamed: any AutoencoderFormat.Type = OvercompleteFormat.self
  private static let unnamedSuffixes = [".pt", ".pth", ".pkl"]

  /// Their names on the wire.
  package static var names: [String] { all.map { $0.name } }

  /// The files that show a folder to be an autoencoder, for messages.
  static var markers: [String] {
    all.reduce(into: []) { if !$0.contains($1.marker) { $0.append($1.marker) } }
  }

  /// Of them those that hold the weights, which may be given instead of their folder.
  static var weightsFiles: [String] {
    all.filter { $0.marker == $0.weightsName }.map { $0.marker }
  }

  /// The format of a file that may be given by itself.
  static func format(ofFile name: String) -> (any AutoencoderFormat.Type)? {
    all.first { $0.isWeights(name) }
  }

  static func format(ofUnnamedFile name: String) -> (any AutoencoderFormat.Type)? {
    unnamedSuffixes.contains(where: name.hasSuffix) ? unnamed : nil
  }

  /// The format of the folder at `path`.
  static func format(of holds: (_ name: String) -> Bool) -> (any AutoencoderFormat.Type)? {
    all.first { $0.matches(holds) }
  }
}
