/// What is wrong with a checkpoint's files. Every message names the thing, the value found and
/// the value expected.
package enum CheckpointError: Error, Equatable, CustomStringConvertible {
  /// A file or folder cannot be read or written.
  case unreadable(path: String, reason: String)
  /// A file's content breaks its format.
  case malformed(path: String, reason: String)
  /// An archive (zip, npz, pickle) that is damaged or holds what is not read.
  case archive(path: String, reason: String)
  /// A tensor of an autoencoder is missing, has another shape or type, or holds what is not finite.
  case tensor(path: String, name: String, reason: String)
  /// Weights that cannot be mapped as they lie would take more memory than there is.
  case memory(path: String, needed: Int, available: Int)
  /// A tensor that the model needs is in none of the checkpoint's files.
  case missing(String)
  /// A tensor has another shape than the configuration implies.
  case shape(String, found: [Int], expected: [Int])
  /// A tensor is stored as a type that weights are not read from.
  case type(String, found: String, expected: [String])
  /// A weight is NaN or infinite.
  case notFinite(String, element: Int)
  /// The same, of a row of a matrix that was to be quantised.
  case notFiniteRow(String, row: Int)
  /// A configuration's value makes no sense.
  case configuration(key: String, found: String, expected: String)
  /// Weights of fewer bits than 16, stored in some library's own way.
  case quantised(file: String, method: String)
  /// A configuration asks for what is not implemented.
  case unsupported(key: String, found: String, supported: [String])

  package var description: String {
    switch self {
    case .unreadable(let path, let reason), .archive(let path, let reason): "\(path): \(reason)"
    case .malformed(let path, let reason): "\(path) is malformed: \(reason)"
    case .tensor(let path, let name, let reason): "\(path): tensor \(name): \(reason)"
    case .memory(let path, let needed, let available):
      "\(path): its weights have to be transposed or unpacked in memory, which takes \(needed) "
        + "bytes, \(available) are left"
    case .missing(let name): "the checkpoint has no tensor \(name)"
    case .shape(let name, let found, let expected):
      "tensor \(name) has shape \(found), expected \(expected)"
    case .type(let name, let found, let expected):
      "tensor \(name) is stored as \(found), expected one of \(expected.joined(separator: ", "))"
    case .notFinite(let name, let element):
      "tensor \(name) has NaN or infinity at element \(element), expected finite weights"
    case .notFiniteRow(let name, let row):
      "tensor \(name) has NaN or infinity in row \(row), expected finite weights"
    case .configuration(let key, let found, let expected):
      "configuration: \(key) is \(found), expected \(expected)"
    case .quantised(let file, let method):
      "\(file) says that the weights are quantised by \(method), which is not read: use the "
        + "unquantised "
        + "checkpoint, of 16- or 32-bit weights; precision \"int8\" then quantises it here"
    case .unsupported(let key, let found, let supported):
      "configuration: \(key) \(found) is not supported; supported: "
        + supported.joined(separator: ", ")
    }
  }
}
