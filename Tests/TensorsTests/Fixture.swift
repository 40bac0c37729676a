import Foundation
import Tensors
import Testing

/// One case of Tests/Fixtures/tensors: PyTorch in float64, stored as float32 (make/tensors.py).
struct Fixture: CustomTestStringConvertible {
  let name: String
  let settings: [String: Double]
  private let matrices: [String: Matrix]

  var testDescription: String { name }

  subscript(_ key: String) -> Matrix {
    get throws { try #require(matrices[key], "\(name) has no \(key)") }
  }

  func has(_ key: String) -> Bool { matrices[key] != nil }

  /// The only row of a matrix.
  func vector(_ key: String) throws -> [Float] { try self[key].row(0) }

  /// Every case whose name starts with `subject`.
  static func all(_ subject: String) throws -> [Fixture] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Fixtures/tensors")
    let manifest = try JSONDecoder().decode(
      Manifest.self, from: Data(contentsOf: folder.appending(path: "MANIFEST.json")))
    let values = try Data(contentsOf: folder.appending(path: "values.bin"))
    return manifest.cases.filter { $0.name.hasPrefix(subject + "/") }.map { entry in
      Fixture(
        name: entry.name, settings: entry.settings.compactMapValues(\.number),
        matrices: entry.matrices.mapValues { place in
          let count = place.rows * place.columns
          let floats = (0..<count).map { i in
            let bytes = values[(place.offset + 4 * i)..<(place.offset + 4 * i + 4)]
            return Float(bitPattern: bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) })
          }
          return Matrix(rows: place.rows, columns: place.columns, values: floats)
        })
    }
  }
}

private struct Manifest: Decodable {
  struct Place: Decodable { let offset, rows, columns: Int }
  struct Case: Decodable {
    let name: String
    let settings: [String: Setting]
    let matrices: [String: Place]
  }
  /// A number, a flag or nothing.
  struct Setting: Decodable {
    let number: Double?
    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        number = nil
      } else if let flag = try? container.decode(Bool.self) {
        number = flag ? 1 : 0
      } else {
        number = try container.decode(Double.self)
      }
    }
  }
  let cases: [Case]
}
