/// Everything that can be wrong with a picture, its settings or a rendering of it.
package enum ImageError: Error, Equatable, Sendable {
  /// The file could not be read at all.
  case unreadable(path: String, reason: String)
  /// The bytes begin like none of the formats that are read.
  case notAPicture(beginning: String)
  /// The bytes begin like a picture and then break off or contradict themselves.
  case damaged(format: PictureFormat, reason: String)
  /// A well-formed picture of a kind that is not read.
  case unsupported(format: PictureFormat, reason: String)
  /// A size above a limit, found in the header before anything was decoded.
  case tooLarge(quantity: String, found: Int, limit: Int)
  /// A picture without pixels.
  case empty(width: Int, height: Int)
  /// Pixels or scores of another number than the dimensions ask for.
  case wrongCount(of: String, found: Int, expected: Int)
  /// A processor setting that no picture could satisfy.
  case invalidConfiguration(field: String, found: String, expected: String)
  /// A score that is NaN or infinite.
  case scoreNotFinite(index: Int, value: String)
  /// What is wrong with a file's content.
  indirect case ofFile(path: String, ImageError)
  /// The picture could not be written.
  case encodingFailed(reason: String)
}

extension ImageError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unreadable(let path, let reason):
      "the picture \(path) cannot be read: \(reason)"
    case .notAPicture(let beginning):
      "the data is not a \(PictureFormat.list) picture: it begins with \(beginning)"
    case .damaged(let format, let reason):
      "the \(format.rawValue) picture is damaged: \(reason)"
    case .unsupported(let format, let reason):
      "the \(format.rawValue) picture is of an unsupported kind: \(reason)"
    case .tooLarge(let quantity, let found, let limit):
      "the picture is too large: \(quantity) is \(found), the limit is \(limit)"
    case .empty(let width, let height):
      "the picture has no pixels: it is \(width) by \(height)"
    case .wrongCount(let subject, let found, let expected):
      "there are \(found) \(subject), expected \(expected)"
    case .invalidConfiguration(let field, let found, let expected):
      "the image processor's \(field) is \(found), expected \(expected)"
    case .scoreNotFinite(let index, let value):
      "score \(index) is \(value), expected a finite number"
    case .ofFile(let path, let reason):
      "\(path): \(reason)"
    case .encodingFailed(let reason):
      "the picture cannot be written as PNG: \(reason)"
    }
  }
}
