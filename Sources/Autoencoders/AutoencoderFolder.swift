import FoundationEssentials

/// Where an autoencoder lies on disk: a folder of one of the formats, or a file of weights in one,
/// and the site that the folder's name says it reads.
package struct AutoencoderFolder: Sendable, Equatable {
  package let path: String
  /// The site in the kernel's naming (`resid_post.24`), or nil where the folder's name is not one
  /// of a decoder block's output.
  package let site: String?

  package let format: AutoencoderFormat

  package var configurationPath: String { path + "/" + (format.configurationName ?? "") }
  package var weightsPath: String { path + "/" + format.weightsName }

  /// Finds the autoencoder at `path`: the folder itself, or one of the layer folders in it.
  /// - Parameters:
  ///   - path: a layer folder, or the parent that holds `model.layers.N` or `layers.N` folders.
  ///   - layer: the folder's name or any name of its site; needed where a parent holds several.
  package init(path: String, layer: String? = nil) throws(AutoencoderError) {
    var trimmed = path
    while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
    var isFolder = false
    guard FileManager.default.fileExists(atPath: trimmed, isDirectory: &isFolder) else {
      throw .notAnAutoencoder(path: path, reason: "no such folder")
    }
    guard isFolder else {
      try self.init(weightsFile: trimmed, path: path)
      return
    }
    if Self.holdsAutoencoder(trimmed) {
      self.init(layerFolder: trimmed)
      return
    }
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: trimmed)) ?? [])
      .filter { Self.holdsAutoencoder(trimmed + "/" + $0) }
      .sorted { ($0.count, $0) < ($1.count, $1) }
    guard let first = names.first else {
      throw .notAnAutoencoder(
        path: path,
        reason: "neither cfg.json, params.npz or ae.pt nor layer folders with one in it")
    }
    var chosen = names.count == 1 ? first : nil
    if let layer {
      let site = Self.siteName(layer)
      chosen = names.first { $0 == layer || (site != nil && Self.siteName($0) == site) }
    }
    guard let chosen else {
      throw .layerNotChosen(path: path, asked: layer, found: names)
    }
    self.init(layerFolder: trimmed + "/" + chosen)
  }

  private init(layerFolder path: String) {
    self.path = path
    let name = path.split(separator: "/").last.map(String.init) ?? path
    self.site = Self.siteName(name)
    self.format = Self.format(of: path) ?? .sparsify
  }

  /// The folder of a weights file that bears its format's name.
  private init(weightsFile: String, path: String) throws(AutoencoderError) {
    let name = weightsFile.split(separator: "/").last.map(String.init) ?? ""
    var folder = String(weightsFile.dropLast(name.count))
    while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
    if folder.isEmpty { folder = "." }
    let format = AutoencoderFormat.allCases.first { $0.weightsName == name }
    guard let format, Self.format(of: folder) == format else {
      throw .notAnAutoencoder(
        path: path, reason: "a file, a folder or a params.npz or ae.pt was expected")
    }
    self.init(layerFolder: folder)
  }

  /// The kernel's name of a decoder block's output, from any name in use for it: `resid_post.24`
  /// from `model.layers.24`, `layers.24`, `language_model.model.layers.24`,
  /// `blocks.24.hook_resid_post`, `resid_post.24`. Nil for every other text.
  package static func siteName(_ name: String) -> String? {
    for (prefix, suffix) in [
      ("resid_post.", ""), ("model.layers.", ""), ("layers.", ""),
      ("language_model.model.layers.", ""), ("model.language_model.layers.", ""),
      ("blocks.", ".hook_resid_post"),
    ] where name.hasPrefix(prefix) && name.hasSuffix(suffix) {
      let digits = name.dropFirst(prefix.count).dropLast(suffix.count)
      guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }),
        let block = Int(digits), String(block) == digits
      else { continue }
      return "resid_post.\(block)"
    }
    return nil
  }

  private static func holdsAutoencoder(_ path: String) -> Bool { format(of: path) != nil }

  /// The format that the names of a folder's files say; a `cfg.json` alone is sparsify's.
  private static func format(of path: String) -> AutoencoderFormat? {
    func holds(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + name) }
    if holds("cfg.json") {
      let isSAELens =
        holds(AutoencoderFormat.saeLens.weightsName)
        && !holds(AutoencoderFormat.sparsify.weightsName)
      return isSAELens ? .saeLens : .sparsify
    }
    return [AutoencoderFormat.gemmaScope, .dictionaryLearning].first { holds($0.weightsName) }
  }
}
