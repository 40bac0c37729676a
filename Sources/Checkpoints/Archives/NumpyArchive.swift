internal import Tensors

/// The arrays of a NumPy `.npz`: a zip file of `.npy` entries, stored or deflated.
///
/// Reads float32 and float16, little-endian, in C or Fortran order; arrays of anything else, of
/// objects above all, are refused. After NumPy's "NPY format", versions 1.0 to 3.0.
package struct NumpyArchive {
  private let zip: ZipArchive

  package init(zip: ZipArchive) { self.zip = zip }

  package var names: [String] {
    zip.entries.keys.filter { $0.hasSuffix(".npy") }.map { String($0.dropLast(4)) }
  }

  package func tensor(
    _ name: String, memory: inout MemoryAllowance
  ) throws(CheckpointError) -> StoredTensor {
    let path = zip.file.path
    let entry = try zip.entry(name + ".npy")
    let header: NumpyHeader
    let weights: WeightMatrix
    if entry.isDeflated {
      try memory.take(entry.size, for: path)
      let bytes = try zip.bytes(entry, limit: entry.size)
      header = try NumpyHeader(path: path, name: name, bytes: Array(bytes.prefix(1 << 16)))
      try header.require(dataBytes: bytes.count - header.byteCount)
      try memory.take(4 * header.count, for: path)
      weights = WeightMatrix(header.floats(bytes))
    } else {
      let offset = try zip.storedOffset(entry)
      let start = try zip.file.part(offset, count: min(entry.size, 1 << 16), what: name)
      header = try NumpyHeader(path: path, name: name, bytes: start)
      try header.require(dataBytes: entry.size - header.byteCount)
      do {
        weights = try WeightMatrix(
          file: zip.file, byteOffset: offset + header.byteCount, type: header.type,
          rows: header.storedRows, columns: header.storedColumns)
      } catch { throw .tensor(path: path, name: name, reason: "\(error)") }
    }
    return StoredTensor(
      path: path, name: name, shape: header.shape,
      isColumnMajor: header.isColumnMajor && header.shape.count == 2, elements: .weights(weights))
  }
}

/// What stands before the numbers of an `.npy`.
private struct NumpyHeader {
  let path: String
  let name: String
  let type: ScalarType
  let isColumnMajor: Bool
  let shape: [Int]
  /// Bytes before the first number.
  let byteCount: Int
  let count: Int

  var storedRows: Int { shape.count == 2 ? (isColumnMajor ? shape[1] : shape[0]) : 1 }
  var storedColumns: Int { shape.count == 2 ? (isColumnMajor ? shape[0] : shape[1]) : count }

  init(path: String, name: String, bytes: [UInt8]) throws(CheckpointError) {
    func failure(_ reason: String) -> CheckpointError {
      .tensor(path: path, name: name, reason: reason)
    }
    var cursor = ByteCursor(path: path, bytes: bytes)
    guard try cursor.take(6) == [0x93] + Array("NUMPY".utf8) else {
      throw failure("not an .npy array")
    }
    let version = try cursor.byte()
    try cursor.skip(1)
    guard (1...3).contains(version) else { throw failure("version \(version) of .npy") }
    let length = try cursor.integer(version == 1 ? 2 : 4)
    let text = String(decoding: try cursor.take(length), as: UTF8.self)
    guard let kind = Self.value(of: "descr", in: text) else { throw failure("no simple type") }
    switch kind {
    case "'<f4'": type = .float32
    case "'<f2'": type = .float16
    default: throw failure("type \(kind.prefix(40)), only '<f4' and '<f2' are read")
    }
    isColumnMajor = Self.value(of: "fortran_order", in: text) == "True"
    guard let shape = Self.shape(in: text), shape.count <= 2 else {
      throw failure("its shape is not one of at most two sizes")
    }
    var count = 1
    for size in shape {
      let product = count.multipliedReportingOverflow(by: size)
      guard !product.overflow, product.partialValue <= Int.max / 8 else {
        throw failure("shape \(shape) is too large")
      }
      count = product.partialValue
    }
    (self.path, self.name, self.shape, self.count) = (path, name, shape, count)
    byteCount = cursor.position
  }

  func require(dataBytes: Int) throws(CheckpointError) {
    guard dataBytes == count * type.byteCount else {
      throw .tensor(
        path: path, name: name,
        reason: "\(dataBytes) bytes of numbers, shape \(shape) takes \(count * type.byteCount)")
    }
  }

  /// The numbers behind the header, as they lie.
  func floats(_ bytes: [UInt8]) -> Matrix {
    func half(_ at: Int) -> UInt16 { UInt16(bytes[at]) | UInt16(bytes[at + 1]) << 8 }
    let places = stride(from: byteCount, to: byteCount + count * type.byteCount, by: type.byteCount)
    let values =
      type == .float32
      ? places.map { Float(bitPattern: UInt32(half($0)) | UInt32(half($0 + 2)) << 16) }
      : places.map { Float(Float16(bitPattern: half($0))) }
    return Matrix(rows: storedRows, columns: storedColumns, values: values)
  }

  /// The text after `'key':` up to the next comma or brace.
  private static func value(of key: String, in text: String) -> Substring? {
    guard let rest = rest(after: key, in: text) else { return nil }
    let value = rest.prefix { $0 != "," && $0 != "}" }
    return value.last == " " ? value.dropLast() : value
  }

  private static func shape(in text: String) -> [Int]? {
    guard let rest = rest(after: "shape", in: text), rest.first == "(",
      let end = rest.firstIndex(of: ")")
    else { return nil }
    var sizes: [Int] = []
    for part in rest[rest.index(after: rest.startIndex)..<end].split(separator: ",") {
      let digits = part.drop { $0 == " " }
      guard let size = Int(digits), size >= 0 else { return nil }
      sizes.append(size)
    }
    return sizes
  }

  private static func rest(after key: String, in text: String) -> Substring? {
    guard let range = text.firstRange(of: "'\(key)':") else { return nil }
    return text[range.upperBound...].drop { $0 == " " }
  }
}
