import Checkpoints
import FoundationEssentials
import Tensors

/// Writes feature caches as delphi does: float16 values, 16-bit locations where they fit, latents
/// counted from the first of their split, both ends of a split in it.
package struct DelphiCacheWriter: Sendable {
  /// M.
  package let latentCount: Int
  /// The latents of each split.
  package let splits: [ClosedRange<Int>]

  private static let largestValue: Float = 65_504

  /// `count` splits of nearly equal size: delphi's own boundaries,
  /// `linspace(0, M, count + 1)` cut off.
  package init(latentCount: Int, splits count: Int) throws(AutoencoderError) {
    guard latentCount >= 1, latentCount <= Int(Int32.max), count >= 1,
      count <= min(latentCount, 1 << 16)
    else {
      throw .value(
        what: "the number of splits", found: "\(count)", expected: "1 to \(latentCount) latents")
    }
    self.latentCount = latentCount
    splits = (0..<count).map { $0 * latentCount / count...($0 + 1) * latentCount / count - 1 }
  }

  /// Writes a file for each split into the folder `path`, whole or not at all; entries keep their
  /// order.
  package func write(_ entries: [CachedActivation], to path: String) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    var parts = [[CachedActivation]](repeating: [], count: splits.count)
    for entry in entries {
      guard (0..<latentCount).contains(entry.latent) else {
        throw AutoencoderError.latentOutOfRange(latent: entry.latent, latentCount: latentCount)
      }
      parts[split(of: entry.latent)].append(entry)
    }
    for (split, part) in zip(splits, parts) { try write(part, of: split, to: path) }
  }

  /// Writes the file of one of `splits`, whose latents alone `entries` may have,
  /// into a folder that is there.
  ///
  /// - Parameter tokens: what delphi's `save_tokens` adds: the ids of every row, `[rows, columns]`.
  package func write(
    _ entries: [CachedActivation], of split: ClosedRange<Int>,
    tokens: (ids: [Int32], columns: Int)? = nil, to path: String
  ) throws {
    for entry in entries {
      guard split.contains(entry.latent) else {
        throw AutoencoderError.latentOutOfRange(latent: entry.latent, latentCount: latentCount)
      }
      try Self.check(entry)
    }
    var file = file(entries, first: split.lowerBound)
    if let tokens {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(tokens.ids.count * 8)
      for id in tokens.ids {
        for byte in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: Int64(id) >> (8 * byte))) }
      }
      file.add(
        "tokens", type: .int64, shape: [tokens.ids.count / tokens.columns, tokens.columns],
        bytes: bytes)
    }
    try file.write(to: "\(path)/\(split.lowerBound)_\(split.upperBound).safetensors")
  }

  private static func check(_ entry: CachedActivation) throws(AutoencoderError) {
    guard abs(entry.value) <= largestValue,
      (0...Int(UInt32.max)).contains(entry.row), (0...Int(UInt32.max)).contains(entry.position)
    else {
      throw AutoencoderError.value(
        what: "an entry of a cache", found: "\(entry)",
        expected: "a value that float16 holds, and a row and position that 32 bits hold")
    }
  }

  private func split(of latent: Int) -> Int {
    var index = min(splits.count - 1, latent * splits.count / latentCount)
    while splits[index].upperBound < latent { index += 1 }
    while splits[index].lowerBound > latent { index -= 1 }
    return index
  }

  private func file(_ entries: [CachedActivation], first: Int) -> SafetensorsWriter {
    let largest = entries.reduce(0) { max($0, $1.row, $1.position, $1.latent - first) }
    let type: StoredType = largest < 1 << 16 ? .uint16 : .uint32
    var bytes: [UInt8] = []
    bytes.reserveCapacity(entries.count * 3 * type.byteCount)
    for entry in entries {
      for number in [entry.row, entry.position, entry.latent - first] {
        for byte in 0..<type.byteCount {
          bytes.append(UInt8(truncatingIfNeeded: number >> (8 * byte)))
        }
      }
    }
    var writer = SafetensorsWriter()
    writer.add("locations", type: type, shape: [entries.count, 3], bytes: bytes)
    writer.add("activations", shape: [entries.count], entries.map(\.value), as: .float16)
    return writer
  }
}
