/// A float32 matrix `[rows, columns]` of which only some elements are stored, row by
/// row; the others are zero.
package struct SparseMatrix: Sendable, Equatable {
  package let columns: Int
  /// Where each row's entries begin; one more than there are rows.
  package let offsets: [Int]
  /// The column of each entry; within a row in any order.
  package let indices: [Int32]
  /// The value of each entry.
  package let values: [Float]

  package var rows: Int { offsets.count - 1 }
  /// The number of entries.
  package var count: Int { indices.count }

  package init(columns: Int, offsets: [Int], indices: [Int32], values: [Float]) {
    precondition(
      indices.count == values.count, "\(values.count) values for \(indices.count) indices")
    precondition(
      offsets.first == 0 && offsets.last == indices.count
        && zip(offsets, offsets.dropFirst()).allSatisfy { $0 <= $1 },
      "offsets that do not rise from 0 to \(indices.count)")
    // As unsigned numbers, negative indices are the largest.
    let largest = indices.reduce(UInt32(0)) { max($0, UInt32(bitPattern: $1)) }
    precondition(
      indices.isEmpty || Int(largest) < columns, "column \(largest) of \(columns)")
    self.columns = columns
    self.offsets = offsets
    self.indices = indices
    self.values = values
  }

  /// `[columns, rows]`: the entries by column, those of a column by rising row.
  package func transposed() -> SparseMatrix {
    var starts = [Int](repeating: 0, count: columns + 1)
    for column in indices { starts[Int(column) + 1] += 1 }
    for column in 0..<columns { starts[column + 1] += starts[column] }
    var next = starts
    var turned = [Int32](repeating: 0, count: count)
    var moved = [Float](repeating: 0, count: count)
    for row in 0..<rows {
      for entry in offsets[row]..<offsets[row + 1] {
        let column = Int(indices[entry])
        turned[next[column]] = Int32(row)
        moved[next[column]] = values[entry]
        next[column] += 1
      }
    }
    return SparseMatrix(columns: rows, offsets: starts, indices: turned, values: moved)
  }
}
