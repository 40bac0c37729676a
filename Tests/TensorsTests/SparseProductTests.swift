import Foundation
import Tensors
import Testing

/// Against sums in Double of the same float32 numbers, at odd widths, on every path
/// and in every element type.
///
/// Bounds: a sum of n float32 terms in any order is within n ε Σ|terms| of the exact one (ε = 2⁻²⁴,
/// products rounded or fused), to first order; one unit more covers the rest.
@Suite struct SparseProductTests {
  static let epsilon = 0x1p-24
  static let widths = [1, 3, 15, 16, 17, 31, 64, 67, 130]
  static let latents = 23

  /// Rows of 0 to 9 entries, some columns twice.
  static func sparse(rows: Int, columns: Int = latents, seed: UInt64) -> SparseMatrix {
    var random = Numbers(seed: seed)
    var offsets = [0]
    var indices: [Int32] = []
    for row in 0..<rows {
      for _ in 0..<(row * 7 % 10) {
        indices.append(Int32((random.next() + 1) / 2 * Float(columns)) % Int32(columns))
      }
      offsets.append(indices.count)
    }
    return SparseMatrix(
      columns: columns, offsets: offsets, indices: indices,
      values: indices.map { _ in random.next() })
  }

  static func dense(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
    var random = Numbers(seed: seed)
    return Matrix(
      rows: rows, columns: columns, values: (0..<rows * columns).map { _ in random.next() })
  }

  /// The same numbers from a file, one byte off every alignment, with what float32 makes of them.
  static func weights(_ type: ScalarType, columns: Int) throws -> (WeightMatrix, Matrix) {
    let values = dense(latents, columns, seed: 3).values
    var bytes: [UInt8] = [0]
    for value in values {
      let bits =
        switch type {
        case .float32: value.bitPattern
        case .float16: UInt32(Float16(value).bitPattern)
        case .bfloat16: value.bitPattern >> 16
        case .int8: preconditionFailure("not a type of files")
        }
      bytes += (0..<type.byteCount).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
    }
    let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try Data(bytes).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    let stored = try WeightMatrix(
      file: MappedFile(path: url.path), byteOffset: 1, type: type, rows: latents,
      columns: columns)
    let exact = values.map { value in
      switch type {
      case .float32: value
      case .float16: Float(Float16(value))
      case .bfloat16: Float(bitPattern: value.bitPattern & 0xffff_0000)
      case .int8: preconditionFailure("not a type of files")
      }
    }
    return (stored, Matrix(rows: latents, columns: columns, values: exact))
  }

  @Test(arguments: KernelPath.available, ScalarType.allCases)
  func productMatchesSumsInDouble(path: KernelPath, type: ScalarType) throws {
    let s = Self.sparse(rows: 14, seed: 1)
    for width in Self.widths {
      let (stored, exact) = try Self.weights(type, columns: width)
      let bias = Self.dense(1, width, seed: 5).values
      let found = sparseProduct(s, stored, bias: bias, path: path)
      for row in 0..<s.rows {
        for column in 0..<width {
          var (sum, size) = (Double(bias[column]), Double(abs(bias[column])))
          let entries = s.offsets[row]..<s.offsets[row + 1]
          for entry in entries {
            let term = Double(s.values[entry]) * Double(exact[Int(s.indices[entry]), column])
            sum += term
            size += abs(term)
          }
          let bound = Double(entries.count + 2) * Self.epsilon * size
          #expect(abs(Double(found[row, column]) - sum) <= bound, "width \(width), row \(row)")
        }
      }
      #expect(sparseProduct(s, WeightMatrix(exact), bias: bias, path: path) == found)
    }
  }

  @Test(arguments: KernelPath.available, ScalarType.allCases)
  func pullbackMatchesSumsInDouble(path: KernelPath, type: ScalarType) throws {
    let s = Self.sparse(rows: 14, seed: 1)
    for width in Self.widths {
      let (stored, exact) = try Self.weights(type, columns: width)
      let g = Self.dense(s.rows, width, seed: 4)
      let found = sparseProductPullback(s, stored, outputGradient: g, path: path)
      #expect(found.count == s.count)
      for row in 0..<s.rows {
        for entry in s.offsets[row]..<s.offsets[row + 1] {
          let terms = (0..<width).map {
            Double(exact[Int(s.indices[entry]), $0]) * Double(g[row, $0])
          }
          let bound = Double(width + 2) * Self.epsilon * terms.reduce(0) { $0 + abs($1) }
          #expect(abs(Double(found[entry]) - terms.reduce(0, +)) <= bound, "width \(width)")
        }
      }
    }
  }

  @Test(arguments: KernelPath.available)
  func gradientAtTheWeightsMatchesSumsInDouble(path: KernelPath) {
    let s = Self.sparse(rows: 14, seed: 2)
    for width in Self.widths {
      let g = Self.dense(s.rows, width, seed: 4)
      let start = Self.dense(Self.latents, width, seed: 6)
      var found = start
      found.add(s.transposed(), times: WeightMatrix(g), path: path)
      for latent in 0..<Self.latents {
        for column in 0..<width {
          var terms = [Double(start[latent, column])]
          for row in 0..<s.rows {
            for entry in s.offsets[row]..<s.offsets[row + 1] where s.indices[entry] == latent {
              terms.append(Double(s.values[entry]) * Double(g[row, column]))
            }
          }
          let bound = Double(terms.count + 1) * Self.epsilon * terms.reduce(0) { $0 + abs($1) }
          #expect(abs(Double(found[latent, column]) - terms.reduce(0, +)) <= bound)
        }
      }
    }
  }

  @Test func theNumberOfThreadsDoesNotShow() {
    let s = Self.sparse(rows: 700, columns: 300, seed: 8)
    let weights = WeightMatrix(Self.dense(300, 133, seed: 9))
    let g = Self.dense(700, 133, seed: 10)
    func run(_ team: ThreadTeam?) -> (Matrix, [Float], Matrix) {
      var gradient = Matrix(rows: 300, columns: 133)
      gradient.add(s.transposed(), times: WeightMatrix(g), team: team)
      return (
        sparseProduct(s, weights, team: team),
        sparseProductPullback(s, weights, outputGradient: g, team: team), gradient
      )
    }
    let alone = run(nil)
    for threads in [1, 2, 3, 5] {
      #expect(run(ThreadTeam(threadCount: threads)) == alone, "\(threads) threads")
    }
  }

  @Test func nothingTimesSomethingIsTheBias() {
    let weights = WeightMatrix(Self.dense(4, 3, seed: 1))
    let empty = SparseMatrix(columns: 4, offsets: [0, 0, 0], indices: [], values: [])
    let found = sparseProduct(empty, weights, bias: [1, 2, 3])
    #expect(found == Matrix(rows: 2, columns: 3, values: [1, 2, 3, 1, 2, 3]))
    #expect(
      sparseProductPullback(empty, weights, outputGradient: Matrix(rows: 2, columns: 3)).isEmpty)
    let none = SparseMatrix(columns: 4, offsets: [0], indices: [], values: [])
    #expect(sparseProduct(none, weights).rows == 0)
    #expect(none.transposed().rows == 4)
  }

  @Test func transposingMovesEveryEntry() {
    let s = SparseMatrix(
      columns: 3, offsets: [0, 2, 2, 4], indices: [2, 0, 2, 2], values: [1, 2, 3, 4])
    let expected = SparseMatrix(
      columns: 3, offsets: [0, 1, 1, 4], indices: [0, 0, 2, 2], values: [2, 1, 3, 4])
    #expect(s.transposed() == expected)
  }
}
