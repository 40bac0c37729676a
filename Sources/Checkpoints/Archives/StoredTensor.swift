package import Tensors

/// A tensor of an archive: numbers where they lie in the file, or integers.
package struct StoredTensor {
  package enum Elements {
    /// As they lie, `[rows, columns]`.
    case weights(WeightMatrix)
    case integers([Int])
  }

  package let path: String
  package let name: String
  package let shape: [Int]
  /// Whether a matrix of this shape lies column by column: `elements` is its transpose.
  package let isColumnMajor: Bool
  package let elements: Elements

  package init(
    path: String, name: String, shape: [Int], isColumnMajor: Bool, elements: Elements
  ) {
    self.path = path
    self.name = name
    self.shape = shape
    self.isColumnMajor = isColumnMajor
    self.elements = elements
  }

  /// The one number of a tensor of one.
  package func integer() throws(CheckpointError) -> Int {
    guard case .integers(let values) = elements, values.count == 1 else {
      throw failure("an integer expected")
    }
    return values[0]
  }

  /// A copy in float32 of a tensor of shape [count], or of one number repeated where it has none.
  package func vector(count: Int, repeats: Bool = false) throws(CheckpointError) -> [Float] {
    guard case .weights(let weights) = elements else { throw failure("numbers expected") }
    guard shape == [count] || (repeats && (shape == [] || shape == [1])) else {
      throw failure("shape \(shape), expected [\(count)]")
    }
    let values = weights.floats().values
    if let place = values.firstIndex(where: { !$0.isFinite }) {
      throw failure("not a finite number at element \(place)")
    }
    return values.count == count ? values : Array(repeating: values[0], count: count)
  }

  /// The weights [rows, columns] of a tensor of that shape, or, `transposed`, of [columns, rows].
  ///
  /// Read where they lie if they lie row by row; else turned round in memory, once, to float32: the
  /// products that encode and those that find neighbours read rows.
  package func matrix(
    rows: Int, columns: Int, transposed: Bool, memory: inout MemoryAllowance
  ) throws(CheckpointError) -> WeightMatrix {
    guard case .weights(let weights) = elements else { throw failure("numbers expected") }
    let expected = transposed ? [columns, rows] : [rows, columns]
    guard shape == expected else { throw failure("shape \(shape), expected \(expected)") }
    if rows * columns * weights.type.byteCount <= MemoryAllowance.scannedBytes,
      let place = weights.firstNonFinite()
    {
      throw failure("not a finite number at row \(place.row), column \(place.column)")
    }
    guard isColumnMajor != transposed else { return weights }
    try memory.take(4 * rows * columns, for: path)
    return WeightMatrix(weights.transposedFloats())
  }

  package func failure(_ reason: String) -> CheckpointError {
    .tensor(path: path, name: name, reason: reason)
  }
}
