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
    func failure(_ reason: String) -> AutoencoderError { .cache(path: path, reason: reason) }
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
    let places = try integers(
      of: locations, range.lowerBound * 3..<range.upperBound * 3, what: "locations")
    let values: [Float]
    do {
      values = try WeightMatrix(
        file: file.file, byteOffset: activations.byteOffset + range.lowerBound * type.byteCount,
        type: type, rows: 1, columns: range.count
      ).floats().values
    } catch { throw .cache(path: path, reason: "\(error)") }
    var entries: [CachedActivation] = []
    entries.reserveCapacity(range.count)
    for (index, value) in values.enumerated() {
      let (row, position, stored) = (
        places[3 * index], places[3 * index + 1], places[3 * index + 2]
      )
      let latent = isRelative ? latents.lowerBound + min(stored, Int(UInt32.max)) : stored
      guard latents.contains(latent), value.isFinite else {
        throw .cache(
          path: path,
          reason: "entry \(range.lowerBound + index) is latent \(latent) with \(value), "
            + "latents \(latents.lowerBound) to \(latents.upperBound) and finite values expected")
      }
      entries.append(CachedActivation(row: row, position: position, latent: latent, value: value))
    }
    return entries
  }

  /// The ids of each row's tokens, `[rows, columns]`, where the split keeps them as delphi does.
  package func tokens() throws(AutoencoderError) -> (ids: [Int32], columns: Int)? {
    guard let entry = file.entries["tokens"] else { return nil }
    guard entry.shape.count == 2, entry.shape[1] > 0,
      [.int64, .int32, .uint32].contains(entry.type)
    else {
      throw .cache(
        path: path,
        reason: "tokens \(entry.type.rawValue) \(entry.shape), I64 or I32 [rows, columns] expected")
    }
    var ids: [Int32] = []
    ids.reserveCapacity(entry.count)
    for stored in try integers(of: entry, 0..<entry.count, what: "tokens") {
      guard let id = Int32(exactly: stored) else {
        throw .cache(path: path, reason: "a token is not a number below 2^31")
      }
      ids.append(id)
    }
    return (ids, entry.shape[1])
  }

  /// Some of the numbers of a tensor of unsigned integers.
  private func integers(
    of entry: TensorEntry, _ range: Range<Int>, what: String
  ) throws(AutoencoderError) -> [Int] {
    let width = entry.type.byteCount
    do throws(CheckpointError) {
      var cursor = ByteCursor(
        path: path,
        bytes: try file.file.part(
          entry.byteOffset + range.lowerBound * width, count: range.count * width, what: what))
      var values: [Int] = []
      values.reserveCapacity(range.count)
      for _ in range { values.append(try cursor.integer(width)) }
      return values
    } catch { throw .file(error) }
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
