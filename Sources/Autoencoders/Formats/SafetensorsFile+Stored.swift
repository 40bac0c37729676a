import Checkpoints
import Glibc
import Tensors

extension SafetensorsFile {
  /// A tensor of at most two sizes, where it lies.
  /// - Throws: `CheckpointError` that names it.
  func stored(_ name: String, path: String) throws -> StoredTensor {
    func failure(_ reason: String) -> CheckpointError {
      .tensor(path: path, name: name, reason: reason)
    }
    do {
      let entry = try entry(name)
      let isMatrix = entry.shape.count == 2
      let (rows, columns) = isMatrix ? (entry.shape[0], entry.shape[1]) : (1, entry.count)
      guard let type = entry.type.scalarType else {
        throw failure("type \(entry.type.rawValue), F32, F16 or BF16 expected")
      }
      let weights = try WeightMatrix(
        file: file, byteOffset: entry.byteOffset, type: type, rows: rows, columns: columns)
      return StoredTensor(
        path: path, name: name, shape: entry.shape, isColumnMajor: false,
        elements: .weights(weights))
    } catch CheckpointError.tensor(let path, let name, let reason) {
      throw CheckpointError.tensor(path: path, name: name, reason: reason)
    } catch {
      throw failure("\(error)")
    }
  }
}

extension StoredTensor {
  /// e to the power of each of `count` numbers, or of the one that it holds.
  func exponentials(count: Int) throws(CheckpointError) -> [Float] {
    try vector(count: count, repeats: count == 1).map { exp($0) }
  }
}
