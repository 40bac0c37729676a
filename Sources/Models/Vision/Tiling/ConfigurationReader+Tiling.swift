import Checkpoints
internal import JSON

extension ConfigurationReader {
  /// N of `vision_aspect_ratio`'s `anyres_max_N`: how many tiles' patches may become tokens.
  func mostTiles(default fallback: String) throws(CheckpointError) -> Int {
    let key = "vision_aspect_ratio"
    let prefix = "anyres_max_"
    let ratio = try text(key) ?? fallback
    // transformers, too, needs a number there.
    guard ratio.hasPrefix(prefix), let count = Int(ratio.dropFirst(prefix.count)),
      (1...Self.tileLimit).contains(count)
    else {
      throw .unsupported(
        key: path + key, found: ratio, supported: ["\(prefix)N with N from 1 to \(Self.tileLimit)"])
    }
    return count
  }

  /// Far more tiles than a canvas may have.
  private static let tileLimit = 1 << 16
}
