internal import JSON
package import Tensors

/// The weights of a checkpoint folder, found by their names in the one vocabulary of
/// `TensorNames` whichever layout and however many files they are stored in.
package final class Checkpoint: Sendable {
  package let folder: String
  /// The mapped files, in the order of their names.
  package let files: [SafetensorsFile]
  private let locations: [String: Location]

  private struct Location {
    let file: Int
    let storedName: String
  }

  /// Opens `folder`/model.safetensors, or the files that model.safetensors.index.json names.
  package init(folder: String) throws(CheckpointError) {
    self.folder = folder
    if ConfigurationFile.exists("model.safetensors", in: folder) {
      files = [try SafetensorsFile(path: "\(folder)/model.safetensors")]
    } else if ConfigurationFile.exists(Self.indexName, in: folder) {
      files = try Self.openShards(in: folder)
    } else {
      throw .unreadable(
        path: folder, reason: "has neither model.safetensors nor \(Self.indexName)")
    }
    locations = try Self.locate(in: files)
  }

  /// The normalised names of all tensors, sorted.
  package var names: [String] { locations.keys.sorted() }

  /// The weights under a prefix of names: `checkpoint.scope("language_model.layers.3")`.
  ///
  /// - Parameter quantiser: makes the matrices of its linear layers 8-bit weights; nil
  ///   leaves them as they are.
  package func scope(_ prefix: String, quantiser: WeightQuantiser? = nil) -> WeightScope {
    WeightScope(checkpoint: self, prefix: prefix, quantiser: quantiser)
  }

  package func contains(_ name: String) -> Bool { locations[name] != nil }

  /// The entry of the normalised `name`. Throws `.missing`.
  package func entry(_ name: String) throws(CheckpointError) -> TensorEntry {
    let (file, storedName) = try locate(name)
    return try file.entry(storedName)
  }

  /// The weights `name` [rows, columns] where they lie. Throws `.missing`, `.shape`, `.type`.
  package func matrix(
    _ name: String, rows: Int, columns: Int
  ) throws(CheckpointError) -> WeightMatrix {
    let (file, storedName) = try locate(name)
    return try file.matrix(storedName, rows: rows, columns: columns)
  }

  /// The weights `name` [count] as float32. Throws `.missing`, `.shape`, `.type`.
  package func vector(_ name: String, count: Int) throws(CheckpointError) -> [Float] {
    let (file, storedName) = try locate(name)
    return try file.vector(storedName, count: count)
  }

  /// The output head [vocabulary, hidden].
  ///
  /// That is `lm_head.weight` where the files have one, whatever the configuration says of it, or
  /// the embeddings where the configuration ties the two. Throws `.missing` where there is neither.
  package func head(
    tied: Bool, vocabulary: Int, hidden: Int
  ) throws(CheckpointError) -> WeightMatrix {
    try matrix(headName(tied: tied), rows: vocabulary, columns: hidden)
  }

  /// The name of the tensor that is the output head.
  package func headName(tied: Bool) -> String {
    tied && !contains(TensorNames.head) ? TensorNames.embeddings : TensorNames.head
  }

  /// Whether the files have a head that is not the embeddings, by a sample of its rows.
  package func hasOwnHead(vocabulary: Int, hidden: Int) throws(CheckpointError) -> Bool {
    guard contains(TensorNames.head) else { return false }
    let head = try matrix(TensorNames.head, rows: vocabulary, columns: hidden)
    let embeddings = try matrix(TensorNames.embeddings, rows: vocabulary, columns: hidden)
    let sample = Array(stride(from: 0, to: vocabulary, by: max(1, vocabulary / 64)))
    return head.gather(rows: sample) != embeddings.gather(rows: sample)
  }

  /// Refuses NaN and infinite weights in the tensor `name`; see `SafetensorsFile.requireFinite`.
  package func requireFinite(_ name: String, rowStride: Int = 1) throws(CheckpointError) {
    let (file, storedName) = try locate(name)
    try file.requireFinite(storedName, rowStride: rowStride)
  }

  private func locate(
    _ name: String
  ) throws(CheckpointError) -> (file: SafetensorsFile, storedName: String) {
    guard let location = locations[name] else { throw .missing(name) }
    return (files[location.file], location.storedName)
  }
}

// MARK: Files

extension Checkpoint {
  private static let indexName = "model.safetensors.index.json"

  private static func openShards(in folder: String) throws(CheckpointError) -> [SafetensorsFile] {
    let indexPath = "\(folder)/\(indexName)"
    let index = try ConfigurationFile.read(indexName, in: folder)
    guard let map = index["weight_map"]?.objectValue else {
      throw .malformed(path: indexPath, reason: "has no weight_map object")
    }
    var shardOfName: [String: String] = [:]
    for member in map.members {
      guard let shard = member.value.stringValue, isPlainFileName(shard) else {
        throw .malformed(
          path: indexPath,
          reason: "weight_map puts \(member.name) in \(member.value.summary), expected the name of "
            + "a file in the same folder")
      }
      shardOfName[member.name] = shard
    }
    var files: [SafetensorsFile] = []
    for shard in Set(shardOfName.values).sorted() {
      let file = try SafetensorsFile(path: "\(folder)/\(shard)")
      for (name, home) in shardOfName where home == shard && file.entries[name] == nil {
        throw .malformed(path: indexPath, reason: "\(shard) does not hold \(name)")
      }
      files.append(file)
    }
    return files
  }

  /// A shard may not lead out of its folder.
  private static func isPlainFileName(_ name: String) -> Bool {
    !name.isEmpty && name != "." && name != ".." && !name.contains("/") && !name.contains("\0")
  }

  private static func locate(
    in files: [SafetensorsFile]
  ) throws(CheckpointError) -> [String: Location] {
    var locations: [String: Location] = [:]
    for (index, file) in files.enumerated() {
      for storedName in file.entries.keys {
        guard let name = TensorNames.normalised(storedName) else { continue }
        if let other = locations[name] {
          throw .malformed(
            path: file.path,
            reason: "\(storedName) and \(other.storedName) are the same tensor \(name)")
        }
        locations[name] = Location(file: index, storedName: storedName)
      }
    }
    return locations
  }
}
