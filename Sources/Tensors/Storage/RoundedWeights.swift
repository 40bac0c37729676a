import CKernels
import Glibc

/// Weights `[rows, columns]` rounded and, for each row w and its rounded twin w̃, what bounds a
/// product's error: ‖w‖ and ‖w − w̃‖, both rounded upwards.
package struct RoundedWeights: Sendable {
  /// To what numbers weights, and the activations that they are multiplied with, are rounded.
  package enum Rounding: Sendable, CaseIterable {
    case bfloat16
    /// The same numbers, made while a product reads the weights: a copy spared, some rows of which
    /// are made anew for every product.
    case bfloat16AsRead
    /// 16-bit integers times a scale of their row, made while a product reads the weights.
    case integers

    /// The one whose products are the faster ones.
    package static func fastest(on path: KernelPath) -> Rounding {
      path == .avx2 ? .integers : .bfloat16
    }

    /// The fewest rows of activations for which a search pays. Rounding weights anew for a product
    /// takes longer than a few rows' float32 products with all of them.
    package var fewestRows: Int {
      switch self {
      case .bfloat16: 1
      case .bfloat16AsRead: 128
      case .integers: 24
      }
    }
  }

  package let rounding: Rounding
  /// The file's own rows where they are BF16 or rounded as they are read, a copy in memory
  /// otherwise.
  package let weight: WeightMatrix
  /// What the integers of each row are multiplied with; nil in bfloat16.
  let scales: [Float]?
  /// ‖w‖ of each row, or more; infinite or NaN where the row holds what is no number.
  package let norms: [Float]
  /// ‖w − w̃‖ of each row, or more.
  package let errors: [Float]

  /// Rows that are rounded between two looks at `cancellation`: 64 MB of 4,096 float32 columns.
  private static let rowsAtOnce = 4_096

  /// Reads all of `weight` once, with the threads of `compute`.
  package init(
    _ weight: WeightMatrix, to rounding: Rounding = .bfloat16, compute: Compute,
    cancellation: Cancellation
  ) throws(CancellationError) {
    let (rows, columns) = (weight.rows, weight.columns)
    let copy: Matrix? =
      weight.type == .bfloat16 || rounding != .bfloat16
      ? nil : Matrix(uninitializedRows: 1, columns: (rows * columns + 1) / 2)
    copy?.storage.askForLargePages()
    var (norms, errors, scales): ([Float], [Float], [Float]) = ([], [], [])
    norms.reserveCapacity(rows)
    errors.reserveCapacity(rows)
    for first in stride(from: 0, to: rows, by: Self.rowsAtOnce) {
      try cancellation.check()
      let range = first..<min(rows, first + Self.rowsAtOnce)
      let squares: [(Double, Double)]
      switch rounding {
      case .bfloat16, .bfloat16AsRead:
        squares = Self.measure(
          weight.slice(rows: range), compute: compute,
          roundedTo: copy?.storage, at: first * columns)
      case .integers:
        let integers = IntegerRows(weight.slice(rows: range), compute: compute)
        scales += integers.scales
        squares = integers.squares
      }
      norms += squares.map { Self.root($0.0) }
      errors += squares.map { Self.root($0.1) }
    }
    self.rounding = rounding
    self.norms = norms
    self.errors = errors
    self.scales = rounding == .integers ? scales : nil
    self.weight =
      copy.map { WeightMatrix(bfloat16: $0, rows: rows, columns: columns) } ?? weight
  }

  /// About the bytes that the rounded twin of `weight` takes beside it.
  package static func byteCount(
    of weight: WeightMatrix, to rounding: Rounding = .bfloat16
  ) -> Int {
    switch rounding {
    case .bfloat16:
      (weight.type == .bfloat16 ? 0 : weight.rows * weight.columns * 2) + weight.rows * 8
    case .bfloat16AsRead: weight.rows * 8
    case .integers: weight.rows * 12
    }
  }

  /// The sums of x² and (x − x̃)² of each row of activations.
  func measure(activations x: Matrix, compute: Compute) -> [(Double, Double)] {
    switch rounding {
    case .bfloat16, .bfloat16AsRead: Self.measure(WeightMatrix(x), compute: compute)
    case .integers: IntegerRows(WeightMatrix(x), compute: compute).squares
    }
  }

  /// Rows in bfloat16: the file's own where they are, else a copy of them.
  static func rounded(_ rows: WeightMatrix, compute: Compute) -> WeightMatrix {
    guard rows.type != .bfloat16 else { return rows }
    let copy = Matrix(uninitializedRows: 1, columns: (rows.rows * rows.columns + 1) / 2)
    _ = measure(rows, compute: compute, roundedTo: copy.storage)
    return WeightMatrix(bfloat16: copy, rows: rows.rows, columns: rows.columns)
  }

  /// The sums of w² and (w − w̃)² of each row; the rounded rows go to `target`
  /// from element `place` on.
  static func measure(
    _ weight: WeightMatrix, compute: Compute, roundedTo target: MatrixStorage? = nil,
    at place: Int = 0
  ) -> [(Double, Double)] {
    let (rows, columns, path) = (weight.rows, weight.columns, compute.path.code)
    let size = columns * weight.type.byteCount
    let sums = unsafe [Double](unsafeUninitializedCapacity: 2 * rows) { buffer, count in
      if let base = buffer.baseAddress {
        nonisolated(unsafe) let sums = unsafe base
        forRowRanges(rows: rows, columns: columns, team: compute.team) { range in
          unsafe weight.withAddress { address in
            let rounded = unsafe target.map {
              unsafe UnsafeMutableRawPointer($0.pointer).assumingMemoryBound(to: UInt16.self)
                + place + range.lowerBound * columns
            }
            unsafe kernel_measure_rows(
              path, weight.type.code, address + range.lowerBound * size, range.count, columns,
              rounded, sums + range.lowerBound, sums + rows + range.lowerBound)
          }
        }
      }
      count = 2 * rows
    }
    return (0..<rows).map { (sums[$0], sums[rows + $0]) }
  }

  /// A float above the root of a sum of squares: sums in float64 are exact
  /// within 2⁻³⁰ of themselves.
  static func root(_ square: Double) -> Float {
    Float(square.squareRoot() * (1 + 0x1p-24)).nextUp
  }
}

extension MatrixStorage {
  /// Asks Linux for pages of 2 MB: a gigabyte takes 512 page faults instead of 262,144.
  func askForLargePages() {
    let page = 2 << 20
    let address = unsafe UInt(bitPattern: pointer)
    let skipped = Int((UInt(page) - address % UInt(page)) % UInt(page))
    let length = (capacity * MemoryLayout<Float>.stride - skipped) / page * page
    guard length > 0 else { return }
    // Where it is refused, small pages serve.
    _ = unsafe madvise(UnsafeMutableRawPointer(pointer) + skipped, length, MADV_HUGEPAGE)
  }
}
