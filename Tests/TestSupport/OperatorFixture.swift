import Foundation
package import Tensors

/// One case of Tests/Fixtures/tensors: PyTorch in float64, stored as float32 (make/tensors.py).
package struct OperatorFixture: Sendable, CustomStringConvertible {
  package let name: String
  package let settings: [String: Double]
  private let matrices: [String: Matrix]

  package var description: String { name }

  /// What a case has not.
  package struct Missing: Error, CustomStringConvertible {
    package let description: String
  }

  package subscript(_ key: String) -> Matrix {
    get throws {
      guard let matrix = matrices[key] else { throw Missing(description: "\(name) has no \(key)") }
      return matrix
    }
  }

  package func has(_ key: String) -> Bool { matrices[key] != nil }

  /// The only row of a matrix.
  package func vector(_ key: String) throws -> [Float] { try self[key].row(0) }

  /// Every case whose name starts with `subject`.
  package static func all(_ subject: String) throws -> [OperatorFixture] {
    let folder = URL(filePath: Fixtures.path("tensors"))
    let manifest = try JSONDecoder().decode(
      Manifest.self, from: Data(contentsOf: folder.appending(path: "MANIFEST.json")))
    let values = try Data(contentsOf: folder.appending(path: "values.bin"))
    return manifest.cases.filter { $0.name.hasPrefix(subject + "/") }.map { entry in
      OperatorFixture(
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
