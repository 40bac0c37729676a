/// What reading weights may take in memory beside mapped files.
package struct MemoryAllowance {
  /// Weights up to this size are searched for NaN when opened. Larger ones, whose reading would
  /// take seconds, are found out by what they make of activations.
  package static let scannedBytes = 256 << 20

  package private(set) var left: Int

  package init(left: Int) { self.left = left }

  package mutating func take(_ bytes: Int, for path: String) throws(CheckpointError) {
    guard bytes <= left else {
      throw .memory(path: path, needed: bytes, available: left)
    }
    left -= bytes
  }
}
