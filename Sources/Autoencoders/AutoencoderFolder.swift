import Checkpoints
import FoundationEssentials
import Tensors

/// Where an autoencoder lies on disk: a folder of one of the formats, or a file of weights in one,
/// and the site that the folder's name says it reads.
package struct AutoencoderFolder: Sendable {
  package let path: String
  /// The places that the folder is named for; nil where its name is none of a place.
  package let stated: StatedSite?
  /// The layer or site that was asked for.
  package let asked: String?

  /// The site in the kernel's naming (`resid_post.24`), or nil where the folder's name is not that
  /// of a site.
  package var site: String? { stated?.site }

  /// What the files leave open and was asked for.
  let options: AutoencoderOptions
  let format: any AutoencoderFormat.Type
  /// The file of the weights, below `path`.
  let weightsName: String

  var weightsPath: String { file(weightsName) }

  /// Finds the autoencoder at `path`: the folder itself, or one of the layers in it.
  /// - Parameters:
  ///   - path: a layer folder, the parent that holds `model.layers.N` or `layers.N` folders or a
  ///     file for each layer, or such a file.
  ///   - layer: the folder's or file's name or any name of its site; needed where a parent holds
  ///     several. The only one is taken whatever its name, unless that is another site's.
  package init(
    path: String, layer: String? = nil, options: AutoencoderOptions = AutoencoderOptions()
  ) throws(AutoencoderError) {
    var trimmed = path
    while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
    var isFolder = false
    guard FileManager.default.fileExists(atPath: trimmed, isDirectory: &isFolder) else {
      throw .notAnAutoencoder(path: path, reason: "no such folder")
    }
    guard isFolder else {
      try self.init(weightsFile: trimmed, path: path, asked: layer, options: options)
      return
    }
    if Self.holdsAutoencoder(trimmed) {
      self.init(layerFolder: trimmed, asked: layer, options: options)
      return
    }
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: trimmed)) ?? [])
      .filter {
        AutoencoderFormats.format(ofFile: $0) != nil || Self.holdsAutoencoder(trimmed + "/" + $0)
      }
      .sorted { ($0.count, $0) < ($1.count, $1) }
    guard let first = names.first else {
      throw .notAnAutoencoder(
        path: path,
        reason: "neither \(Self.alternatives(AutoencoderFormats.markers)) nor layer folders with "
          + "one in it")
    }
    var chosen = names.count == 1 ? first : nil
    if let layer {
      let asked = PlacePair(layer)
      let named = names.first { $0 == layer } ?? names.first { Self.isNamed($0, for: asked) }
      let isOnlyAndUnnamed =
        names.count == 1 && (Self.places(of: first)?.isKnown ?? false) == false
      chosen = named ?? (isOnlyAndUnnamed ? first : nil)
    }
    guard let chosen else {
      throw .layerNotChosen(path: path, asked: layer, found: names)
    }
    if let format = AutoencoderFormats.format(ofFile: chosen) {
      self.init(folder: trimmed, file: chosen, format: format, asked: layer, options: options)
    } else {
      self.init(layerFolder: trimmed + "/" + chosen, asked: layer, options: options)
    }
  }

  private init(layerFolder path: String, asked: String?, options: AutoencoderOptions) {
    let format = Self.format(of: path) ?? SparsifyFormat.self
    self.init(
      folder: path, file: format.weightsName, format: format, asked: asked, options: options)
  }

  private init(
    folder path: String, file: String, format: any AutoencoderFormat.Type, asked: String?,
    options: AutoencoderOptions
  ) {
    self.path = path
    self.asked = asked
    self.options = options
    self.format = format
    weightsName = file
    let name = path.split(separator: "/").last.map(String.init) ?? path
    stated =
      format.places(ofFile: file).map { StatedSite(name: file, places: $0) }
      ?? StatedSite(folderName: name)
  }

  /// The places that a layer's folder or file is named for.
  private static func places(of name: String) -> PlacePair? {
    AutoencoderFormats.format(ofFile: name)?.places(ofFile: name)
      ?? StatedSite(folderName: name)?.places
  }

  /// Whether a layer's folder or file is named for a site; a module's folder may hold a transcoder
  /// of it.
  private static func isNamed(_ name: String, for asked: PlacePair) -> Bool {
    places(of: name)?.mayBe(asked) ?? false || PlacePair(ofModule: name).mayBe(asked)
  }

  /// A weights file that bears its format's name.
  private init(
    weightsFile: String, path: String, asked: String?, options: AutoencoderOptions
  ) throws(AutoencoderError) {
    let name = weightsFile.split(separator: "/").last.map(String.init) ?? ""
    var folder = String(weightsFile.dropLast(name.count))
    while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
    if folder.isEmpty { folder = "." }
    if let format = AutoencoderFormats.format(ofFile: name) {
      self.init(folder: folder, file: name, format: format, asked: asked, options: options)
      return
    }
    let known = Self.format(of: folder)?.weightsName
    if known != name, let format = AutoencoderFormats.format(ofUnnamedFile: name) {
      self.init(folder: folder, file: name, format: format, asked: asked, options: options)
      return
    }
    guard known == name else {
      throw .notAnAutoencoder(
        path: path,
        reason: "a file, a folder or a \(Self.alternatives(AutoencoderFormats.weightsFiles)) was "
          + "expected")
    }
    self.init(layerFolder: folder, asked: asked, options: options)
  }

  private static func holdsAutoencoder(_ path: String) -> Bool { format(of: path) != nil }

  /// The format that the names of a folder's files say.
  private static func format(of path: String) -> (any AutoencoderFormat.Type)? {
    AutoencoderFormats.format { FileManager.default.fileExists(atPath: path + "/" + $0) }
  }

  /// `a, b or c`.
  private static func alternatives(_ names: [String]) -> String {
    let last = names.suffix(2).joined(separator: " or ")
    return (names.dropLast(2) + [last]).joined(separator: ", ")
  }
}

// MARK: Files

extension AutoencoderFolder {
  func file(_ name: String) -> String { path + "/" + name }

  func holds(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

  /// What the files hold.
  /// - Parameter memory: bytes that weights may take which cannot be read where they lie.
  func parts(memory: Int) throws(AutoencoderError) -> AutoencoderParts {
    try options.check()
    for option in options.given where !format.options.contains(option) {
      throw .configuration(
        path: weightsPath,
        reason: "\(option.rawValue) is given, which the files of \(format.name) do not leave open")
    }
    var allowance = MemoryAllowance(left: memory)
    do {
      let parts = try format.parts(of: self, memory: &allowance)
      try parts.requireOneWidth()
      return parts
    } catch let error as AutoencoderError {
      throw error
    } catch let error as CheckpointError {
      throw .file(error)
    } catch {
      throw .notAnAutoencoder(path: path, reason: "\(error)")
    }
  }

  /// The file of the weights, where that is a safetensors file.
  func safetensors() throws(AutoencoderError) -> SafetensorsFile {
    do { return try SafetensorsFile(path: weightsPath) } catch {
      throw .notAnAutoencoder(path: path, reason: "\(error)")
    }
  }

  /// The file of the weights, where `torch.save` wrote it.
  func torchArchive() throws -> TorchArchive { try TorchArchive(file: mapped()) }

  /// The file of the weights, where that is a zip file.
  func zip() throws -> ZipArchive { try ZipArchive(file: mapped()) }

  private func mapped() throws(AutoencoderError) -> MappedFile {
    do { return try MappedFile(path: weightsPath) } catch {
      throw .notAnAutoencoder(path: path, reason: "\(error)")
    }
  }
}
