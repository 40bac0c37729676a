import FoundationEssentials

/// The embedded world: the small LLaVA-NeXT model, its autoencoder and held-out pictures that ship with
/// the project and are the default of every command.
package struct World: Sendable {
  /// The folder with everything that ships.
  package let folder: String

  /// A LLaVA-NeXT checkpoint folder.
  package var model: String { folder + "/model" }
  /// A sparsify folder.
  package var autoencoder: String { folder + "/sae" }
  /// Held-out pictures with their masks, facts and questions.
  package var heldOut: String { folder + "/heldout" }

  /// The held-out pictures' concepts with their masks.
  package var concepts: String { heldOut + "/concepts.json" }

  /// The feature index over the held-out pictures; nil where it does not ship.
  package var index: String? {
    let path = folder + "/index/features.index"
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }

  /// A picture to measure an autoencoder's fit on, if there is one.
  package var probePicture: String? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: heldOut)) ?? []
    return names.filter { $0.hasSuffix(".png") && !$0.hasSuffix(".mask.png") }.min()
      .map { heldOut + "/" + $0 }
  }

  /// Finds the resources beside the running program, where the package manager puts them.
  ///
  /// - Returns: nil when the program was moved away from them.
  package init?(besideProgram program: String = "/proc/self/exe") {
    let files = FileManager.default
    guard let resolved = try? files.destinationOfSymbolicLink(atPath: program) else { return nil }
    let bin = URL(fileURLWithPath: resolved).deletingLastPathComponent()
    let found = bin.appendingPathComponent("lucarne_World.resources/Resources").path
    guard files.fileExists(atPath: found + "/model/config.json") else { return nil }
    folder = found
  }
}
