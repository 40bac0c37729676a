/// Floats on a 64-byte boundary, with room to grow.
///
/// `@unchecked Sendable`: `Matrix` writes only to storage that it alone refers to, or that it has just made.
@safe @usableFromInline
final class MatrixStorage: @unchecked Sendable {
  @usableFromInline let pointer: UnsafeMutablePointer<Float>
  let capacity: Int

  /// Room for `capacity` floats, with any values.
  init(capacity: Int) {
    precondition(capacity >= 0 && capacity <= Int.max / 8, "capacity \(capacity)")
    self.capacity = capacity
    let raw = UnsafeMutableRawPointer.allocate(
      byteCount: max(capacity, 1) * MemoryLayout<Float>.stride, alignment: 64)
    unsafe pointer = raw.bindMemory(to: Float.self, capacity: max(capacity, 1))
  }

  /// Room for `byteCount` bytes, for packed activations and scratch.
  convenience init(byteCount: Int) {
    self.init(capacity: (byteCount + MemoryLayout<Float>.stride - 1) / MemoryLayout<Float>.stride)
  }

  deinit { unsafe UnsafeMutableRawPointer(pointer).deallocate() }
}
