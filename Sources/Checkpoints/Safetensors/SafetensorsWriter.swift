internal import Glibc
internal import JSON
package import Tensors

/// Gathers tensors and writes them as one safetensors file.
package struct SafetensorsWriter {
  private struct Tensor {
    let name: String
    let typeName: String
    /// Bytes of an element.
    let width: Int
    let shape: [Int]
    let content: Content

    var byteCount: Int { shape.reduce(width, *) }
  }

  private enum Content {
    case bytes([UInt8])
    /// The elements of a matrix, written from where they lie.
    case elements(WeightMatrix)
  }

  private var tensors: [Tensor] = []
  private var metadata: [String: String]

  package init(metadata: [String: String] = [:]) { self.metadata = metadata }

  /// Adds `values` in row-major order, rounded to `type` (to nearest, ties to even).
  ///
  /// `values.count` must be the product of `shape`, and `name` new; both are preconditions.
  package mutating func add(
    _ name: String, shape: [Int], _ values: [Float], as type: ScalarType = .float32
  ) {
    let bytes = Self.encode(values, as: type)
    append(name, typeName: type.rawValue, width: type.byteCount, shape: shape, bytes: bytes)
  }

  /// Adds the little-endian bytes of a tensor of any type.
  package mutating func add(_ name: String, type: StoredType, shape: [Int], bytes: [UInt8]) {
    append(name, typeName: type.rawValue, width: type.byteCount, shape: shape, bytes: bytes)
  }

  /// Adds 8-bit weights: their integers as I8 `[rows, columns]`, their scales as F32 `[rows]` under
  /// `scalesName`. The integers are not copied.
  package mutating func add(_ name: String, int8 weights: WeightMatrix, scalesName: String) {
    guard let scales = weights.scales else { preconditionFailure("\(name) has no scales") }
    add(scalesName, shape: [weights.rows], scales)
    tensors.append(
      Tensor(
        name: name, typeName: StoredType.int8.rawValue, width: StoredType.int8.byteCount,
        shape: [weights.rows, weights.columns], content: .elements(weights)))
  }

  private mutating func append(
    _ name: String, typeName: String, width: Int, shape: [Int], bytes: [UInt8]
  ) {
    precondition(bytes.count == shape.reduce(width, *), "\(name): size and shape differ")
    precondition(!tensors.contains { $0.name == name }, "\(name) is added twice")
    tensors.append(
      Tensor(name: name, typeName: typeName, width: width, shape: shape, content: .bytes(bytes)))
  }

  /// Writes the file under a temporary name beside `path`, then renames it, so that `path` is
  /// either the old file or the whole new one. Throws `.unreadable`.
  package func write(to path: String) throws(CheckpointError) {
    do { try write(to: path, check: {}) } catch let error as CheckpointError { throw error } catch {
      preconditionFailure("nothing else is thrown: \(error)")
    }
  }

  /// As `write(to:)`, asking `check` between pieces of some megabytes; what it
  /// throws ends the writing.
  package func write(to path: String, check: () throws -> Void) throws {
    // Widest types first, then by name: the reference's order, which keeps tensors aligned.
    let ordered = tensors.sorted {
      ($1.width, $0.name) < ($0.width, $1.name)
    }
    let temporaryPath = TemporaryName.make(path)
    let output = try OutputFile(creating: temporaryPath)
    do {
      try output.write(header(of: ordered))
      for tensor in ordered {
        switch tensor.content {
        case .bytes(let bytes): try output.write(bytes)
        case .elements(let matrix):
          try matrix.withBytes { (bytes) throws in try output.write(bytes, check: check) }
        }
      }
      try output.close()
      guard unsafe rename(temporaryPath, path) == 0 else { throw output.failure("rename") }
    } catch {
      _ = unsafe unlink(temporaryPath)
      throw error
    }
  }

  private func header(of tensors: [Tensor]) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }
        .map { "\(JSONWriter.quoted($0.key)):\(JSONWriter.quoted($0.value))" }
      members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for tensor in tensors {
      let end = offset + tensor.byteCount
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      members.append(
        "\(JSONWriter.quoted(tensor.name)):{\"dtype\":\"\(tensor.typeName)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var json = Array("{\(members.joined(separator: ","))}".utf8)
    // Spaces up to a multiple of 8, as the reference pads, so that the data begin aligned.
    json.append(contentsOf: repeatElement(0x20, count: (8 - json.count % 8) % 8))
    let length = UInt64(json.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + json
  }

  private static func encode(_ values: [Float], as type: ScalarType) -> [UInt8] {
    if type == .float32 { return unsafe values.withUnsafeBytes { unsafe Array($0) } }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count * type.byteCount)
    for value in values {
      switch type {
      case .float32: append(value.bitPattern, to: &bytes)
      case .float16: append(Float16(value).bitPattern, to: &bytes)
      case .bfloat16: append(roundedToBFloat16(value), to: &bytes)
      case .int8: preconditionFailure("8-bit weights are added with their scales")
      }
    }
    return bytes
  }

  private static func append(_ bits: some FixedWidthInteger, to bytes: inout [UInt8]) {
    for shift in stride(from: 0, to: bits.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: bits >> shift))
    }
  }

  private static func roundedToBFloat16(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    // A NaN keeps its upper half with a bit set, lest rounding make it infinite.
    if value.isNaN { return UInt16(truncatingIfNeeded: bits >> 16) | 0x40 }
    return UInt16(truncatingIfNeeded: (bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
  }
}
