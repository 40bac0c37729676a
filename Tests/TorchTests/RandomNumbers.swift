import Foundation
import Tensors

/// Numbers between −2 and 2.
func random(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
  var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
  return Matrix(
    rows: rows, columns: columns,
    values: (0..<rows * columns).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int32(truncatingIfNeeded: state >> 32)) / 0x1p30
    })
}

/// Weights of a file that is gone already, of numbers that their type holds.
func weights(_ type: ScalarType, _ matrix: Matrix) throws -> WeightMatrix {
  var bytes: [UInt8] = []
  for value in matrix.values {
    switch type {
    case .float32: bytes += littleEndian(value.bitPattern)
    case .float16: bytes += littleEndian(Float16(value).bitPattern)
    case .bfloat16: bytes += littleEndian(UInt16(type.rounded(value).bitPattern >> 16))
    case .int8: preconditionFailure("not a type of files")
    }
  }
  let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  // No alignment is promised.
  try Data([0xff] + bytes).write(to: url)
  defer { try? FileManager.default.removeItem(at: url) }
  return try WeightMatrix(
    file: MappedFile(path: url.path), byteOffset: 1, type: type, rows: matrix.rows,
    columns: matrix.columns)
}

private func littleEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
  (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
}
