import Checkpoints
import FoundationEssentials
import SystemReasons
package import Tensors

/// Writes a sparsify folder: `cfg.json` and `sae.safetensors`.
package enum AutoencoderWriter {
  private static let names: Set = ["cfg.json", "sae.safetensors"]

  /// Writes the folder under a temporary name beside `path` and renames it when it is whole, so
  /// that nobody ever finds half an autoencoder at `path`.
  ///
  /// A folder that is there already is replaced if it holds nothing else than an autoencoder.
  /// - Parameter type: the file's type, to which the weights are rounded.
  package static func write(
    _ parameters: AutoencoderParameters, configuration: AutoencoderConfiguration,
    to path: String, as type: ScalarType = .float32
  ) throws(AutoencoderError) {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    guard let name = path.split(separator: "/").last else {
      throw .writing(path: path, reason: "the path names no folder")
    }
    let exists = try refuseOtherContent(of: path)
    let parent = path.dropLast(name.count)
    let temporary = TemporaryName.make("\(parent).\(name)")
    do {
      try FileManager.default.createDirectory(
        atPath: temporary, withIntermediateDirectories: true)
      try Data(configuration.json().utf8).write(to: URL(filePath: temporary + "/cfg.json"))
      try tensors(of: parameters, as: type).write(to: temporary + "/sae.safetensors")
    } catch {
      try? FileManager.default.removeItem(atPath: temporary)
      throw .writing(path: path, reason: systemReason(of: error))
    }
    do {
      try put(temporary, at: path, replacing: exists)
    } catch {
      try? FileManager.default.removeItem(atPath: temporary)
      throw .writing(path: path, reason: systemReason(of: error))
    }
  }

  /// Renames. Linux cannot rename a folder over one that is not empty, so an old one steps aside
  /// first, and comes back if the new one cannot take its place.
  private static func put(_ temporary: String, at path: String, replacing: Bool) throws {
    let files = FileManager.default
    guard replacing else {
      try files.moveItem(atPath: temporary, toPath: path)
      return
    }
    let aside = temporary + ".old"
    try files.moveItem(atPath: path, toPath: aside)
    do {
      try files.moveItem(atPath: temporary, toPath: path)
    } catch {
      try? files.moveItem(atPath: aside, toPath: path)
      throw error
    }
    try? files.removeItem(atPath: aside)
  }

  private static func tensors(
    of parameters: AutoencoderParameters, as type: ScalarType
  ) -> SafetensorsWriter {
    var writer = SafetensorsWriter(metadata: ["format": "pt"])
    for (name, path, isVector) in AutoencoderParameters.fields {
      let matrix = parameters[keyPath: path]
      writer.add(
        name, shape: isVector ? [matrix.columns] : [matrix.rows, matrix.columns], matrix.values,
        as: type)
    }
    return writer
  }

  /// Whether there is a folder, which then holds at most an autoencoder's two files.
  private static func refuseOtherContent(of path: String) throws(AutoencoderError) -> Bool {
    var isFolder = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return false }
    guard isFolder, let found = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      throw .writing(path: path, reason: "there is something that is not a readable folder")
    }
    if let other = found.sorted().first(where: { !names.contains($0) }) {
      throw .writing(path: path, reason: "the folder holds \(other), which would be lost")
    }
    return true
  }
}

extension TopKTrainer {
  /// Writes the autoencoder as it is now; `AutoencoderWriter.write` says how.
  package func writeAutoencoder(
    to path: String, as type: ScalarType = .float32
  ) throws(AutoencoderError) {
    try AutoencoderWriter.write(
      parameters, configuration: configuration(), to: path, as: type)
  }
}
