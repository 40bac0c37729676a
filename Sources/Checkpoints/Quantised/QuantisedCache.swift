internal import Glibc
internal import Tensors

/// A safetensors file of one checkpoint's 8-bit weights: for each matrix its integers, I8 `[rows,
/// columns]`, under the matrix's name, and its scales, F32 `[rows]`, under that name with `.scale`.
///
/// The metadata say which rule made them from which checkpoint. A file is trusted only where
/// both are this program's and this checkpoint's, and where its header is whole and describes
/// the file to its last byte.
package struct QuantisedCache {
  /// Changes with the rule by which weights are rounded, and with the layout of the file.
  static let format = "symmetric int8 with a scale a row, 1"

  package let path: String
  private let identity: String
  private let folder: String

  /// The place of a checkpoint's cache in `folder`, which need not exist.
  package init(folder: String, checkpoint: Checkpoint) throws(CheckpointError) {
    identity = try checkpoint.identity()
    var digest = Digest()
    digest.add(Self.format.utf8)
    digest.add(identity.utf8)
    self.folder = folder
    path = "\(folder)/\(digest.text).int8.safetensors"
  }

  /// The file, or nil where there is none that can be trusted.
  func open() -> SafetensorsFile? {
    guard let file = try? SafetensorsFile(path: path), file.metadata == metadata else { return nil }
    return file
  }

  private var metadata: [String: String] { ["format": Self.format, "checkpoint": identity] }

  static func scalesName(_ name: String) -> String { "\(name).scale" }

  /// Writes a whole new file in the place of the old one; throws what `check` throws,
  /// which is asked between pieces, and `CheckpointError.unreadable` on a folder that
  /// cannot be written or a full disk.
  func write(_ weights: [String: WeightMatrix], check: () throws -> Void) throws {
    try makeFolders()
    var writer = SafetensorsWriter(metadata: metadata)
    for (name, matrix) in weights {
      writer.add(name, int8: matrix, scalesName: Self.scalesName(name))
    }
    try writer.write(to: path, check: check)
  }

  private func makeFolders() throws(CheckpointError) {
    var made = folder.hasPrefix("/") ? "" : "."
    for part in folder.split(separator: "/") {
      made += "/\(part)"
      if unsafe mkdir(made, 0o755) != 0, errno != EEXIST {
        throw .unreadable(path: made, reason: unsafe "mkdir: \(String(cString: strerror(errno)))")
      }
    }
  }
}
