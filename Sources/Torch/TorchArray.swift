import Synchronization

/// A row-major matrix `[rows, columns]` on a device, float32 or bfloat16. A value: what becomes of
/// a copy is not seen in another.
///
/// Rows lie in a block that is never written twice. Slices, other row lengths and what is left of
/// truncation are views of it. `append` writes behind the rows, where the block has room that no
/// other value has taken; else it makes a larger block.
package struct TorchArray: Sendable {
  package private(set) var rows: Int
  package let columns: Int
  private var block: Block
  /// Elements of the block before the first row.
  private var start: Int

  /// Memory for rows, of which the first have been taken.
  private final class Block: Sendable {
    let memory: TorchTensor
    let type: TorchType
    /// Elements that belong to some value, from the beginning on.
    private let taken: Mutex<Int>

    init(_ memory: TorchTensor, type: TorchType, taken: Int) {
      (self.memory, self.type) = (memory, type)
      self.taken = Mutex(taken)
    }

    /// Takes the elements from `end` on, if nobody has and there are so many.
    func take(_ count: Int, from end: Int) -> Bool {
      taken.withLock { taken in
        guard taken == end, end + count <= memory.count else { return false }
        taken += count
        return true
      }
    }
  }

  /// Rows by which blocks grow.
  private static let chunk = 256

  /// All of a tensor without gaps, which nobody writes to any more.
  init(_ memory: TorchTensor, type: TorchType = .float32, rows: Int, columns: Int) {
    precondition(
      rows >= 0 && columns >= 0 && rows * columns <= memory.count,
      "[\(rows), \(columns)] of \(memory.count) elements")
    (self.rows, self.columns) = (rows, columns)
    block = Block(memory, type: type, taken: memory.count)
    start = 0
  }

  var device: TorchDevice { block.memory.device }
  var type: TorchType { block.type }
  package var byteCount: Int { rows * columns * type.byteCount }
  /// The rows as a tensor `[rows, columns]`.
  func tensor() throws -> TorchTensor { try view([rows, columns]) }

  /// The rows' elements by other sizes and strides; `offset` counts from the first row.
  func view(_ sizes: [Int], strides: [Int]? = nil, offset: Int = 0) throws -> TorchTensor {
    try block.memory.view(sizes, strides: strides, offset: start + offset)
  }

  /// A view of some rows.
  package func slice(rows range: Range<Int>) -> TorchArray {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    var result = self
    result.start += range.lowerBound * columns
    result.rows = range.count
    return result
  }

  /// The same values, row by row, in rows of another length; a view.
  package func reshaped(columns newColumns: Int) -> TorchArray {
    precondition(
      newColumns > 0 && (rows * columns).isMultiple(of: newColumns),
      "rows of \(newColumns) from \(rows * columns)")
    return TorchArray(
      block: block, start: start, rows: rows * columns / newColumns, columns: newColumns)
  }

  private init(block: Block, start: Int, rows: Int, columns: Int) {
    (self.block, self.start, self.rows, self.columns) = (block, start, rows, columns)
  }

  /// Drops all rows from `rows` on; a view.
  package mutating func truncate(rows count: Int) {
    precondition(count >= 0 && count <= rows, "\(count) of \(rows) rows")
    rows = count
  }

  /// Adds rows at the end, in this array's type.
  package mutating func append(_ other: TorchArray) throws {
    precondition(other.columns == columns, "rows of \(other.columns) to rows of \(columns)")
    guard other.rows > 0 else { return }
    let (end, count) = (start + rows * columns, other.rows * columns)
    if !block.take(count, from: end) {
      try move(rows: rows + other.rows)
      precondition(block.take(count, from: rows * columns), "a new block without room")
    }
    let target = try block.memory.view(
      [other.rows, columns], offset: start + rows * columns)
    try target.fill(from: other.tensor())
    rows += other.rows
  }

  /// Makes room for `count` rows altogether, so that appending does not copy.
  package mutating func reserve(rows count: Int) throws {
    if start + count * columns > block.memory.count { try move(rows: count) }
  }

  /// To a block of its own with room for `count` rows.
  private mutating func move(rows count: Int) throws {
    let room = (count + Self.chunk - 1) / Self.chunk * Self.chunk
    let memory = try device.empty([room, columns], type)
    if rows > 0 { try memory.view([rows, columns]).fill(from: tensor()) }
    block = Block(memory, type: type, taken: rows * columns)
    start = 0
  }
}
