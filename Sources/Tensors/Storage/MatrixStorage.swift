import Glibc

/// Floats on a 64-byte boundary, with room to grow.
///
/// `@unchecked Sendable`: `Matrix` writes only to storage that it alone refers to,
/// or that it has just made.
@safe @usableFromInline
final class MatrixStorage: @unchecked Sendable {
  @usableFromInline let pointer: UnsafeMutablePointer<Float>
  let capacity: Int

  /// Room for `capacity` floats, with any values.
  init(capacity: Int) {
    precondition(capacity >= 0 && capacity <= Int.max / 8, "capacity \(capacity)")
    self.capacity = capacity
    let byteCount = max(capacity, 1) * MemoryLayout<Float>.stride
    let isLarge = byteCount >= 2 * Self.hugePage
    let raw = UnsafeMutableRawPointer.allocate(
      byteCount: byteCount, alignment: isLarge ? Self.hugePage : 64)
    // Activations come and go: pages of 4 KB would cost a tenth of a pullback in faults. The last,
    // incomplete huge page stays small, so that nothing is held that is not asked for.
    if isLarge { unsafe _ = madvise(raw, byteCount & -Self.hugePage, MADV_HUGEPAGE) }
    unsafe pointer = raw.bindMemory(to: Float.self, capacity: max(capacity, 1))
  }

  private static let hugePage = 2 << 20

  /// Room for `byteCount` bytes, for packed activations and scratch.
  convenience init(byteCount: Int) {
    self.init(capacity: (byteCount + MemoryLayout<Float>.stride - 1) / MemoryLayout<Float>.stride)
  }

  deinit { unsafe UnsafeMutableRawPointer(pointer).deallocate() }
}
