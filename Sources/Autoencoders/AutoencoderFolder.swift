import Checkpoints
import FoundationEssentials
import Tensors

/// Where an autoencoder lies on disk: a folder of one of the formats, or a file of weights in one,
/// and the site that the folder's name says it reads.
package struct AutoencoderFolder: Sendable {
  package let path: String
  /// The place that the folder is named for; nil where its name is none of a place.
  package let stated: StatedSite?
  /// The layer or site that was asked for.
  package let asked: String?

  /// The site in the kernel's naming (`resid_post.24`), or nil where the folder's name is not one
  /// of a decoder block's output.
  package var site: String? { stated?.site }

  let format: any AutoencoderFormat.Type

  var weightsPath: String { file(format.weightsName) }

  /// Finds the autoencoder at `path`: the folder itself, or one of the layer folders in it.
  /// - Parameters:
  ///   - path: a layer folder, or the parent that holds `model.layers.N` or `layers.N` folders.
  ///   - layer: the folder's name or any name of its site; needed where a parent holds several. The
  ///     only one is taken whatever its name, unless that is another site's.
  package init(path: String, layer: String? = nil) throws(AutoencoderError) {
    var trimmed = path
    while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
    var isFolder = false
    guard FileManager.default.fileExists(atPath: trimmed, isDirectory: &isFolder) else {
      throw .notAnAutoencoder(path: path, reason: "no such folder")
    }
    guard isFolder else {
      try self.init(weightsFile: trimmed, path: path, asked: layer)
      return
    }
    if Self.holdsAutoencoder(trimmed) {
      self.init(layerFolder: trimmed, asked: layer)
      return
    }
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: trimmed)) ?? [])
      .filter { Self.holdsAutoencoder(trimmed + "/" + $0) }
      .sorted { ($0.count, $0) < ($1.count, $1) }
    guard let first = names.first else {
      throw .notAnAutoencoder(
        path: path,
        reason: "neither \(Self.alternatives(AutoencoderFormats.markers)) nor layer folders with "
          + "one in it")
    }
    var chosen = names.count == 1 ? first : nil
    if let layer {
      let block = SiteName.block(ofOutput: layer)
      let named = names.first {
        $0 == layer || (block != nil && SiteName.block(ofOutput: $0) == block)
      }
      let isOnlyAndUnnamed = names.count == 1 && SiteName.block(ofOutput: first) == nil
      chosen = named ?? (isOnlyAndUnnamed ? first : nil)
    }
    guard let chosen else {
      throw .layerNotChosen(path: path, asked: layer, found: names)
    }
    self.init(layerFolder: trimmed + "/" + chosen, asked: layer)
  }

  private init(layerFolder path: String, asked: String?) {
    self.path = path
    self.asked = asked
    let name = path.split(separator: "/").last.map(String.init) ?? path
    self.stated = StatedSite(folderName: name)
    self.format = Self.format(of: path) ?? SparsifyFormat.self
  }

  /// The folder of a weights file that bears its format's name.
  private init(weightsFile: String, path: String, asked: String?) throws(AutoencoderError) {
    let name = weightsFile.split(separator: "/").last.map(String.init) ?? ""
    var folder = String(weightsFile.dropLast(name.count))
    while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
    if folder.isEmpty { folder = "." }
    guard Self.format(of: folder)?.weightsName == name else {
      throw .notAnAutoencoder(
        path: path,
        reason: "a file, a folder or a \(Self.alternatives(AutoencoderFormats.weightsFiles)) was "
          + "expected")
    }
    self.init(layerFolder: folder, asked: asked)
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

  /// What the files hold.
  /// - Parameter memory: bytes that weights may take which cannot be read where they lie.
  func parts(memory: Int) throws(AutoencoderError) -> AutoencoderParts {
    var allowance = MemoryAllowance(left: memory)
    do { return try format.parts(of: self, memory: &allowance) } catch let error as AutoencoderError
    {
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

  /// The file of the weights, where that is a zip file.
  func zip() throws -> ZipArchive {
    let file: MappedFile
    do { file = try MappedFile(path: weightsPath) } catch {
      throw AutoencoderError.notAnAutoencoder(path: path, reason: "\(error)")
    }
    return try ZipArchive(file: file)
  }
}
