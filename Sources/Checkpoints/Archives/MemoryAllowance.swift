/// What reading an autoencoder may take in memory beside mapped files.
struct MemoryAllowance {
  /// Weights up to this size are searched for NaN when opened. Larger ones, whose reading would
  /// take seconds, are found out by what they make of activations.
  static let scannedBytes = 256 << 20

  private(set) var left: Int

  mutating func take(_ bytes: Int, for path: String) throws(AutoencoderError) {
    guard bytes <= left else {
      throw .memory(path: path, needed: bytes, available: left)
    }
    left -= bytes
  }
}
