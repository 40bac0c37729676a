internal import Tensors

/// The tensors of a state dict as `torch.save` writes it since PyTorch 1.6: a zip file of a pickle
/// and of stored numbers, which stay where they are.
package struct TorchArchive {
  private let zip: ZipArchive
  private let prefix: String
  private let members: [String: PickleValue]

  /// A pickle of a few tensors is a few kilobytes.
  private static let mostPickleBytes = 1 << 20
  private static let mostIntegers = 16

  package init(zip: ZipArchive) throws(CheckpointError) {
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
    members = try StateUnpickler.members(
      path: zip.file.path,
      bytes: try zip.bytes(try zip.entry(name), limit: Self.mostPickleBytes))
  }

  static func pickle(of zip: ZipArchive) -> String? {
    zip.entries.keys.sorted().first { $0.hasSuffix("/data.pkl") || $0 == "data.pkl" }
  }

  package func holds(_ name: String) -> Bool { members[name] != nil }

  package func tensor(_ name: String) throws(CheckpointError) -> StoredTensor {
    guard case .tensor(let tensor)? = members[name] else {
      throw .tensor(
        path: zip.file.path, name: name,
        reason: "missing among \(members.keys.sorted().prefix(12).joined(separator: ", "))")
    }
    return try stored(tensor, name: name)
  }

  private func stored(_ tensor: PickleTensor, name: String) throws(CheckpointError) -> StoredTensor
  {
    let path = zip.file.path
    func failure(_ reason: String) -> CheckpointError {
      .tensor(path: path, name: name, reason: reason)
    }
    guard tensor.shape.count <= 2, tensor.strides.count == tensor.shape.count,
      tensor.shape.allSatisfy({ $0 >= 1 && $0 <= Int(Int32.max) })
    else { throw failure("shape \(tensor.shape.prefix(4)), at most two sizes expected") }
    let count = tensor.shape.reduce(1, *)
    let (rows, columns) = tensor.shape.count == 2 ? (tensor.shape[0], tensor.shape[1]) : (1, count)
    let isRowMajor = tensor.shape.count < 2 || tensor.strides == [columns, 1]
    guard
      tensor.shape.count == 0 || isRowMajor && tensor.strides.last == 1
        || tensor.strides == [1, rows]
    else { throw failure("strides \(tensor.strides) for shape \(tensor.shape)") }
    guard tensor.offset >= 0, count <= tensor.storage.count,
      tensor.offset <= tensor.storage.count - count
    else {
      throw failure(
        "\(count) elements from \(tensor.offset) of a storage of \(tensor.storage.count)")
    }
    let width: Int
    let type: ScalarType?
    switch tensor.storage.type {
    case .float32: (width, type) = (4, .float32)
    case .float16: (width, type) = (2, .float16)
    case .bfloat16: (width, type) = (2, .bfloat16)
    case .int32: (width, type) = (4, nil)
    case .int64: (width, type) = (8, nil)
    default: throw failure("its storage is \(tensor.storage.type.rawValue)")
    }
    let entry = try zip.entry("\(prefix)data/\(tensor.storage.key)")
    guard tensor.storage.count <= Int.max / 8, entry.size == tensor.storage.count * width else {
      throw failure(
        "\(entry.size) bytes of numbers, \(tensor.storage.count) of \(width) bytes expected")
    }
    let start = try zip.storedOffset(entry) + tensor.offset * width
    guard let type else {
      guard count <= Self.mostIntegers else { throw failure("integers, numbers expected") }
      var cursor = ByteCursor(
        path: path, bytes: try zip.file.part(start, count: count * width, what: name))
      var values: [Int] = []
      for _ in 0..<count { values.append(try cursor.integer(width)) }
      return StoredTensor(
        path: path, name: name, shape: tensor.shape, isColumnMajor: false,
        elements: .integers(values))
    }
    do {
      let weights = try WeightMatrix(
        file: zip.file, byteOffset: start, type: type, rows: isRowMajor ? rows : columns,
        columns: isRowMajor ? columns : rows)
      return StoredTensor(
        path: path, name: name, shape: tensor.shape, isColumnMajor: !isRowMajor,
        elements: .weights(weights))
    } catch { throw failure("\(error)") }
  }
}
