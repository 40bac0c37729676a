package import Tensors

/// The tensors of a state dict as `torch.save` writes it since PyTorch 1.6: a zip file of a pickle
/// and of stored numbers, which stay where they are.
package struct TorchArchive {
  private let zip: ZipArchive
  private let prefix: String
  private let members: [String: PickleValue]

  /// A pickle of a few tensors is a few kilobytes.
  private static let mostPickleBytes = 1 << 20
  private static let mostIntegers = 16

  /// Opens what `torch.save` wrote.
  package init(file: MappedFile) throws(CheckpointError) {
    if let refusal = try Self.refusal(of: file) { throw refusal }
    try self.init(zip: ZipArchive(file: file))
  }

  private init(zip: ZipArchive) throws(CheckpointError) {
    guard let name = Self.pickle(of: zip) else {
      throw .archive(path: zip.file.path, reason: "no data.pkl: not what torch.save writes")
    }
    self.zip = zip
    prefix = String(name.dropLast("data.pkl".count))
    if let order = zip.entries[prefix + "byteorder"] {
      let text = String(decoding: try zip.bytes(order, limit: 16), as: UTF8.self)
      guard text == "little" else {
        throw .archive(path: zip.file.path, reason: "byte order \(text), little expected")
      }
    }
    members = Self.flattened(
      try StateUnpickler.members(
        path: zip.file.path,
        bytes: try zip.bytes(try zip.entry(name), limit: Self.mostPickleBytes)))
  }

  /// Why a file is a pickle and no zip: PyTorch's older form, which begins with a number of its own
  /// (`MAGIC_NUMBER` of torch/serialization.py), or Python's bare form; nil for anything else.
  private static func refusal(of file: MappedFile) throws(CheckpointError) -> CheckpointError? {
    let start = try file.part(0, count: min(file.byteCount, legacyStart.count), what: "its start")
    guard start.count == legacyStart.count, start[0] == 0x80, (2...5).contains(start[1]) else {
      return nil
    }
    guard start.dropFirst(2) == legacyStart.dropFirst(2) else {
      return .archive(
        path: file.path,
        reason: "a bare pickle, and not what torch.save writes: load it with what wrote it, and "
          + "save its state_dict() with torch.save")
    }
    return .archive(
      path: file.path,
      reason: "in the form that torch.save wrote before PyTorch 1.6, which is a pickle with the "
        + "numbers behind it and no zip: torch.save(torch.load(path, weights_only=True, "
        + "map_location=\"cpu\"), other_path) writes it anew")
  }

  /// Protocol 2, and 0x1950a86a20f9469cfc6c as a number of ten bytes.
  private static let legacyStart: [UInt8] = [
    0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19,
  ]

  /// The members of dictionaries within the dictionary beside its own, as `outer.inner`: some save
  /// a state dict with what belongs to it.
  private static func flattened(_ members: [String: PickleValue]) -> [String: PickleValue] {
    var result = members
    for (outer, value) in members {
      guard case .dictionary(let inner, _) = value else { continue }
      for (name, value) in inner where members["\(outer).\(name)"] == nil {
        result["\(outer).\(name)"] = value
      }
    }
    return result
  }

  static func pickle(of zip: ZipArchive) -> String? {
    zip.entries.keys.sorted().first { $0.hasSuffix("/data.pkl") || $0 == "data.pkl" }
  }

  /// The names of its members, in order.
  package var names: [String] { members.keys.sorted() }

  package func holds(_ name: String) -> Bool { members[name] != nil }

  /// A whole number, plain or as the one element of a tensor.
  package func integer(_ name: String) throws(CheckpointError) -> Int {
    if case .integer(let number)? = members[name] { return number }
    return try tensor(name).integer()
  }

  package func tensor(_ name: String) throws(CheckpointError) -> StoredTensor {
    guard case .tensor(let tensor)? = members[name] else {
      throw .tensor(
        path: zip.file.path, name: name,
        reason: "missing among \(names.prefix(12).joined(separator: ", "))")
    }
    return try stored(tensor, name: name)
  }

  private func stored(_ tensor: PickleTensor, name: String) throws(CheckpointError) -> StoredTensor
  {
    let isRowMajor = try isRowMajor(tensor, name)
    let (width, type) = try element(of: tensor, name)
    let entry = try zip.entry("\(prefix)data/\(tensor.storage.key)")
    guard tensor.storage.count <= Int.max / 8, entry.size == tensor.storage.count * width else {
      throw failure(
        name,
        "\(entry.size) bytes of numbers, \(tensor.storage.count) of \(width) bytes expected")
    }
    let start = try zip.storedOffset(entry) + tensor.offset * width
    guard let type else { return try integers(tensor, at: start, width: width, name) }
    let (rows, columns) = tensor.sides
    do {
      let weights = try WeightMatrix(
        file: zip.file, byteOffset: start, type: type, rows: isRowMajor ? rows : columns,
        columns: isRowMajor ? columns : rows)
      return StoredTensor(
        path: zip.file.path, name: name, shape: tensor.shape, isColumnMajor: !isRowMajor,
        elements: .weights(weights))
    } catch { throw failure(name, "\(error)") }
  }

  private func failure(_ name: String, _ reason: String) -> CheckpointError {
    .tensor(path: zip.file.path, name: name, reason: reason)
  }

  /// Whether the elements lie row by row, else column by column.
  /// - Throws: where they lie otherwise, or outside their storage.
  private func isRowMajor(_ tensor: PickleTensor, _ name: String) throws(CheckpointError) -> Bool {
    guard tensor.shape.count <= 2, tensor.strides.count == tensor.shape.count,
      tensor.shape.allSatisfy({ $0 >= 1 && $0 <= Int(Int32.max) })
    else { throw failure(name, "shape \(tensor.shape.prefix(4)), at most two sizes expected") }
    let (rows, columns) = tensor.sides
    let isRowMajor = tensor.shape.count < 2 || tensor.strides == [columns, 1]
    guard
      tensor.shape.count == 0 || isRowMajor && tensor.strides.last == 1
        || tensor.strides == [1, rows]
    else { throw failure(name, "strides \(tensor.strides) for shape \(tensor.shape)") }
    let count = tensor.count
    guard tensor.offset >= 0, count <= tensor.storage.count,
      tensor.offset <= tensor.storage.count - count
    else {
      throw failure(
        name, "\(count) elements from \(tensor.offset) of a storage of \(tensor.storage.count)")
    }
    return isRowMajor
  }

  /// Bytes of an element, and its type; nil for integers.
  private func element(
    of tensor: PickleTensor, _ name: String
  ) throws(CheckpointError) -> (width: Int, type: ScalarType?) {
    switch tensor.storage.type {
    case .float32: (4, .float32)
    case .float16: (2, .float16)
    case .bfloat16: (2, .bfloat16)
    case .int32: (4, nil)
    case .int64: (8, nil)
    default: throw failure(name, "its storage is \(tensor.storage.type.rawValue)")
    }
  }

  private func integers(
    _ tensor: PickleTensor, at start: Int, width: Int, _ name: String
  ) throws(CheckpointError) -> StoredTensor {
    guard tensor.count <= Self.mostIntegers else {
      throw failure(name, "integers, numbers expected")
    }
    var cursor = ByteCursor(
      path: zip.file.path,
      bytes: try zip.file.part(start, count: tensor.count * width, what: name))
    var values: [Int] = []
    for _ in 0..<tensor.count { values.append(try cursor.integer(width)) }
    return StoredTensor(
      path: zip.file.path, name: name, shape: tensor.shape, isColumnMajor: false,
      elements: .integers(values))
  }
}

extension PickleTensor {
  /// Elements, where the sizes have been checked.
  fileprivate var count: Int { shape.reduce(1, *) }

  /// A vector is one row.
  fileprivate var sides: (rows: Int, columns: Int) {
    shape.count == 2 ? (shape[0], shape[1]) : (1, count)
  }
}
