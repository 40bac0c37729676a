/// What can go wrong with files that hold numbers.
package enum TensorError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file cannot be opened or mapped; `reason` is the system's word for it.
  case unreadable(path: String, reason: String)
  case notAFile(path: String, kind: String)
  /// Bytes were asked for that the file does not have.
  case outOfBounds(path: String, range: String, byteCount: Int)
  /// A matrix with a negative side or with more bytes than can be counted.
  case badShape(rows: Int, columns: Int)
  /// A row that has to be finite has NaN or infinity.
  case notFinite(row: Int)

  package var description: String {
    switch self {
    case .unreadable(let path, let reason):
      "\(path): cannot be read: \(reason); expected a readable file"
    case .notAFile(let path, let kind):
      "\(path): found \(kind), expected a regular file"
    case .outOfBounds(let path, let range, let byteCount):
      "\(path): bytes \(range) asked for, expected a range within its \(byteCount) bytes"
    case .badShape(let rows, let columns):
      "a matrix of \(rows) rows and \(columns) columns, expected sides from 0 up whose bytes can "
        + "be counted"
    case .notFinite(let row):
      "row \(row) has NaN or infinity, expected finite numbers"
    }
  }
}
