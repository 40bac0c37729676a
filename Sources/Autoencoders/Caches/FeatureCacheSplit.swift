import Checkpoints
import Tensors

/// One file of a feature cache, `FIRST_LAST.safetensors`, both ends in it.
///
/// Reads what the paper's code writes (`locations` int64, latents absolute, float32) and what
/// delphi writes (uint16 or uint32, latents counted from the split's first, float16, perhaps
/// `tokens`): which of the two, the type of `locations` says.
package struct FeatureCacheSplit: Sendable {
  package let path: String
  /// The latents that the name promises. The paper's code leaves out the last of them.
  package let latents: ClosedRange<Int>
  /// Active latents in it.
  package let count: Int
  /// Whether latents are counted from the first of the split, as in delphi.
  package let isRelative: Bool
  private let file: SafetensorsFile
  private let locations: TensorEntry
  private let activations: TensorEntry
  private let type: ScalarType

  package init(path: String) throws(AutoencoderError) {
    func failure(_ reason: String) -> AutoencoderError { .archive(path: path, reason: reason) }
    guard let latents = Self.latents(of: path) else {
      throw failure("its name is not FIRST_LAST.safetensors")
    }
    do {
      file = try SafetensorsFile(path: path)
      locations = try file.entry("locations")
      activations = try file.entry("activations")
    } catch { throw failure("\(error)") }
    guard locations.shape.count == 2, locations.shape[1] == 3,
      activations.shape == [locations.shape[0]]
    else {
      throw failure(
        "locations \(locations.shape) and activations \(activations.shape), [N, 3] and [N] expected"
      )
    }
    switch locations.type {
    case .int64: isRelative = false
    case .uint16, .uint32: isRelative = true
    default: throw failure("locations are \(locations.type.rawValue), I64, U16 or U32 expected")
    }
    guard let type = activations.type.scalarType else {
      throw failure("activations are \(activations.type.rawValue), F32, F16 or BF16 expected")
    }
    self.type = type
    self.path = path
    self.latents = latents
    count = activations.count
  }

  /// Some of the active latents, in the file's order.
  package func entries(_ range: Range<Int>) throws(AutoencoderError) -> [CachedActivation] {
    guard range.lowerBound >= 0, range.upperBound <= count else {
      throw .rowsOutOfRange(rows: range, count: count)
    }
    let width = locations.type.byteCount
    var cursor = ByteCursor(
      path: path,
      bytes: try file.file.part(
        locations.byteOffset + range.lowerBound * 3 * width, count: range.count * 3 * width,
        what: "locations"))
    let values: [Float]
    do {
      values = try WeightMatrix(
        file: file.file, byteOffset: activations.byteOffset + range.lowerBound * type.byteCount,
        type: type, rows: 1, columns: range.count
      ).floats().values
    } catch { throw .archive(path: path, reason: "\(error)") }
    var entries: [CachedActivation] = []
    entries.reserveCapacity(range.count)
    for value in values {
      let place = (
        try cursor.integer(width), try cursor.integer(width), try cursor.integer(width)
      )
      let latent = isRelative ? latents.lowerBound + min(place.2, Int(UInt32.max)) : place.2
      guard latents.contains(latent), value.isFinite else {
        throw .archive(
          path: path,
          reason: "entry \(range.lowerBound + entries.count) is latent \(latent) with \(value), "
            + "latents \(latents.lowerBound) to \(latents.upperBound) and finite values expected")
      }
      entries.append(
        CachedActivation(row: place.0, position: place.1, latent: latent, value: value))
    }
    return entries
  }

  /// The ids of each row's tokens, `[rows, columns]`, where the split keeps them as delphi does.
  package func tokens() throws(AutoencoderError) -> (ids: [Int32], columns: Int)? {
    guard let entry = file.entries["tokens"] else { return nil }
    guard entry.shape.count == 2, entry.shape[1] > 0,
      [.int64, .int32, .uint32].contains(entry.type)
    else {
      throw .archive(
        path: path,
        reason: "tokens \(entry.type.rawValue) \(entry.shape), I64 or I32 [rows, columns] expected")
    }
    let width = entry.type.byteCount
    var cursor = ByteCursor(
      path: path,
      bytes: try file.file.part(entry.byteOffset, count: entry.count * width, what: "tokens"))
    var ids: [Int32] = []
    ids.reserveCapacity(entry.count)
    for _ in 0..<entry.count {
      guard let id = Int32(exactly: try cursor.integer(width)) else {
        throw .archive(path: path, reason: "a token is not a number below 2^31")
      }
      ids.append(id)
    }
    return (ids, entry.shape[1])
  }

  /// The latents that a file's name promises; nil for another name.
  static func latents(of path: String) -> ClosedRange<Int>? {
    let name = path.split(separator: "/").last ?? ""
    guard name.hasSuffix(".safetensors") else { return nil }
    let parts = name.dropLast(12).split(separator: "_", omittingEmptySubsequences: false)
    guard parts.count == 2,
      parts.allSatisfy({ part in part.utf8.allSatisfy { (48...57).contains($0) } }),
      let first = Int(parts[0]), let last = Int(parts[1]), first <= last,
      last <= Int(Int32.max)
    else { return nil }
    return first...last
  }
}
