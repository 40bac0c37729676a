internal import JSON

/// The header of a safetensors file: an 8-byte little-endian length, then that many bytes of JSON,
/// then the tensors' bytes, which the header's offsets count from.
///
/// Everything is checked here, once, so that no reader of a tensor need look again:
/// https://huggingface.co/docs/safetensors (Format).
struct SafetensorsHeader {
  /// The reference implementation's limit, in bytes of JSON.
  static let byteLimit = 100_000_000

  let entries: [TensorEntry]
  let metadata: [String: String]

  /// Reads the header of a file of `fileByteCount` bytes whose bytes 8 to 8 + length are `json`.
  init(json: [UInt8], fileByteCount: Int) throws(SafetensorsHeaderError) {
    let value: JSONValue
    do { value = try JSONValue(parsing: json, limits: .file) } catch {
      throw .init("header: \(error)")
    }
    guard let object = value.objectValue else {
      throw .init("header: found \(value.summary), expected an object")
    }
    if let name = object.repeatedName { throw .init("tensor \(name) is described twice") }
    let dataStart = 8 + json.count
    var entries: [TensorEntry] = []
    var metadata: [String: String] = [:]
    for member in object.members {
      if member.name == "__metadata__" {
        metadata = try Self.readMetadata(member.value)
        continue
      }
      entries.append(
        try Self.readEntry(member, dataStart: dataStart, dataByteCount: fileByteCount - dataStart))
    }
    try Self.requireTiling(entries, dataStart: dataStart, fileByteCount: fileByteCount)
    self.entries = entries
    self.metadata = metadata
  }

  private static func readMetadata(
    _ value: JSONValue
  ) throws(SafetensorsHeaderError) -> [String: String] {
    guard let object = value.objectValue else {
      throw .init("__metadata__ is \(value.summary), expected an object of strings")
    }
    var metadata: [String: String] = [:]
    for member in object.members {
      guard let text = member.value.stringValue else {
        throw .init("__metadata__ \(member.name) is \(member.value.summary), expected a string")
      }
      metadata[member.name] = text
    }
    return metadata
  }

  private static func readEntry(
    _ member: JSONObject.Member, dataStart: Int, dataByteCount: Int
  ) throws(SafetensorsHeaderError) -> TensorEntry {
    let name = member.name
    guard let object = member.value.objectValue else {
      throw .init("tensor \(name) is \(member.value.summary), expected an object")
    }
    guard let typeName = object["dtype"]?.stringValue else {
      throw .init("tensor \(name) has no dtype")
    }
    guard let type = StoredType(rawValue: typeName) else {
      let known = StoredType.allCases.map(\.rawValue).joined(separator: ", ")
      throw .init("tensor \(name) has dtype \(typeName), expected one of \(known)")
    }
    let shape = try readNumbers(object["shape"], "shape of tensor \(name)")
    let offsets = try readNumbers(object["data_offsets"], "data_offsets of tensor \(name)")
    guard offsets.count == 2, offsets[0] <= offsets[1], offsets[1] <= dataByteCount else {
      throw .init(
        "tensor \(name) has data_offsets \(offsets), expected a range within the file's "
          + "\(dataByteCount) bytes of data")
    }
    let byteCount = offsets[1] - offsets[0]
    var expected = type.byteCount
    for size in shape {
      let (product, overflow) = expected.multipliedReportingOverflow(by: size)
      guard !overflow else { throw .init("tensor \(name) has shape \(shape), too large to count") }
      expected = product
    }
    guard byteCount == expected else {
      throw .init(
        "tensor \(name) takes \(byteCount) bytes, expected \(expected) for \(typeName) \(shape)")
    }
    return TensorEntry(
      name: name, type: type, shape: shape, byteOffset: dataStart + offsets[0],
      byteCount: byteCount)
  }

  private static func readNumbers(
    _ value: JSONValue?, _ what: String
  ) throws(SafetensorsHeaderError) -> [Int] {
    guard let values = value?.arrayValue else {
      throw .init("\(what) is \(value?.summary ?? "absent"), expected an array")
    }
    var numbers: [Int] = []
    for element in values {
      guard let number = element.plainInteger, number >= 0 else {
        throw .init("\(what) has \(element.summary), expected integers from 0")
      }
      numbers.append(number)
    }
    return numbers
  }

  /// The tensors must cover the data without gap or overlap, as the reference requires: otherwise
  /// a file could hide content in the gaps or alias one tensor with another.
  private static func requireTiling(
    _ entries: [TensorEntry], dataStart: Int, fileByteCount: Int
  ) throws(SafetensorsHeaderError) {
    var end = dataStart
    for entry in entries.sorted(by: {
      ($0.byteOffset, $0.byteCount) < ($1.byteOffset, $1.byteCount)
    }) {
      guard entry.byteOffset == end else {
        throw .init(
          "tensor \(entry.name) begins at data byte \(entry.byteOffset - dataStart), expected "
            + "\(end - dataStart), where the tensor before it ends")
      }
      end += entry.byteCount
    }
    guard end == fileByteCount else {
      throw .init(
        "the tensors end at byte \(end), expected the file's end at byte \(fileByteCount)")
    }
  }
}

/// Why a header is refused; the file's reader adds the path.
struct SafetensorsHeaderError: Error, CustomStringConvertible {
  let reason: String
  init(_ reason: String) { self.reason = reason }

  var description: String { reason }
}
