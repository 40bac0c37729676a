package import Tensors

/// A safetensors file, memory-mapped: its header is read and wholly checked on opening, its
/// tensors are read where they lie.
package final class SafetensorsFile: Sendable {
  package let path: String
  package let file: MappedFile
  /// By name; every entry lies within the file.
  package let entries: [String: TensorEntry]
  /// The strings under `__metadata__`.
  package let metadata: [String: String]

  package init(path: String) throws(CheckpointError) {
    let file = try MappedFile(reading: path)
    self.path = path
    self.file = file
    guard file.byteCount >= 8 else {
      throw .malformed(
        path: path,
        reason: "\(file.byteCount) bytes, expected at least the 8 of a header's length")
    }
    let length = try file.read(0..<8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let limit = min(SafetensorsHeader.byteLimit, file.byteCount - 8)
    guard length <= UInt64(limit) else {
      throw .malformed(
        path: path, reason: "the header's length is \(length), expected at most \(limit) bytes")
    }
    let json = try file.read(8..<8 + Int(length))
    do {
      let header = try SafetensorsHeader(json: json, fileByteCount: file.byteCount)
      entries = Dictionary(uniqueKeysWithValues: header.entries.map { ($0.name, $0) })
      metadata = header.metadata
    } catch { throw .malformed(path: path, reason: error.reason) }
  }

  /// The entry of `name`. Throws `.missing`.
  package func entry(_ name: String) throws(CheckpointError) -> TensorEntry {
    guard let entry = entries[name] else { throw .missing(name) }
    return entry
  }

  /// The weights `name` [rows, columns] where they lie in the file.
  ///
  /// A tensor of more dimensions is taken as a matrix of its first dimension by all the others
  /// (a patch embedding [h, 3, p, p] is [h, 3·p·p]). Throws `.missing`, `.shape`, `.type`.
  package func matrix(
    _ name: String, rows: Int, columns: Int
  ) throws(CheckpointError) -> WeightMatrix {
    let entry = try entry(name)
    guard entry.shape.count >= 2, entry.shape[0] == rows,
      entry.shape.dropFirst().reduce(1, { $0 &* $1 }) == columns
    else { throw .shape(name, found: entry.shape, expected: [rows, columns]) }
    return try view(entry, rows: rows, columns: columns)
  }

  /// The weights `name` [count], copied as float32. Throws `.missing`, `.shape`, `.type`.
  package func vector(_ name: String, count: Int) throws(CheckpointError) -> [Float] {
    let entry = try entry(name)
    guard entry.shape == [count] else {
      throw .shape(name, found: entry.shape, expected: [count])
    }
    return try floats(name)
  }

  /// All elements of `name`, whatever its shape, copied as float32. Throws `.missing`, `.type`.
  package func floats(_ name: String) throws(CheckpointError) -> [Float] {
    let entry = try entry(name)
    let type = try weightType(entry)
    let bytes = try file.read(entry.byteOffset..<entry.byteOffset + entry.byteCount)
    let words = stride(from: 0, to: bytes.count, by: type.byteCount)
    func half(_ offset: Int) -> UInt16 { UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8 }
    switch type {
    case .float32:
      return words.map {
        Float(bitPattern: UInt32(half($0)) | UInt32(half($0 + 2)) << 16)
      }
    case .float16: return words.map { Float(Float16(bitPattern: half($0))) }
    case .bfloat16: return words.map { Float(bitPattern: UInt32(half($0)) << 16) }
    case .int8: preconditionFailure("no stored type is read as int8 weights")
    }
  }

  /// Refuses NaN and infinite weights: looks at every `rowStride`-th row of `name`.
  ///
  /// Stride 1 is a full scan and touches every page of the tensor.
  /// Throws `.notFinite` with an offender, `.missing`, `.type`.
  package func requireFinite(_ name: String, rowStride: Int = 1) throws(CheckpointError) {
    let entry = try entry(name)
    guard entry.count > 0 else { return }
    let rows = entry.shape.first ?? 1
    let columns = entry.count / rows
    let matrix = try view(entry, rows: rows, columns: columns)
    let step = max(1, rowStride)
    for row in stride(from: 0, to: rows, by: step) {
      let slice = step == 1 ? matrix : matrix.slice(rows: row..<row + 1)
      if let found = slice.firstNonFinite() {
        let element = (row + found.row) * columns + found.column
        throw .notFinite(name, element: element)
      }
      if step == 1 { return }
    }
  }

  private func view(
    _ entry: TensorEntry, rows: Int, columns: Int
  ) throws(CheckpointError) -> WeightMatrix {
    let type = try weightType(entry)
    do {
      return try WeightMatrix(
        file: file, byteOffset: entry.byteOffset, type: type, rows: rows, columns: columns)
    } catch { throw CheckpointError(error) }
  }

  private func weightType(_ entry: TensorEntry) throws(CheckpointError) -> ScalarType {
    guard let type = entry.type.scalarType else {
      throw .type(
        entry.name, found: entry.type.rawValue, expected: ScalarType.allCases.map(\.rawValue))
    }
    return type
  }
}
