import FoundationEssentials

/// The embedded world: the small LLaVA-NeXT model, its autoencoder and held-out pictures that ship
/// with the project and are the default of every command.
package struct World: Sendable {
  /// The folder with everything that ships.
  package let folder: String

  /// A LLaVA-NeXT checkpoint folder.
  package var model: String { folder + "/model" }
  /// A sparsify folder, of block 3: the default of every command.
  package var autoencoder: String { folder + "/sae" }
  /// A folder of a CLIP of the world's pictures and phrases, as transformers reads it.
  package var clip: String { folder + "/clip" }
  /// A vision worker in plain Python that answers from the concepts' masks.
  package var masksWorker: String { folder + "/workers/masks.py" }
  /// Held-out pictures with their masks, facts and questions.
  package var heldOut: String { folder + "/heldout" }

  /// The blocks whose residual stream an autoencoder reads, from the lowest to the highest.
  package static let depths = [1, 3, 5]

  /// The sparsify folder of the autoencoder behind a block of `depths`; nil for another block.
  package func autoencoder(ofBlock block: Int) -> String? {
    guard Self.depths.contains(block) else { return nil }
    let name = "model.layers.\(block)"
    return block == 3 ? "\(autoencoder)/\(name)" : "\(folder)/autoencoders/\(name)"
  }

  /// What is asked of the held-out pictures, with the right answers.
  package var questions: String { heldOut + "/questions.jsonl" }

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

  /// Takes the first of the places that holds a world.
  ///
  /// - Returns: nil when none does.
  package init?(in places: [String] = World.places()) {
    let found = places.first {
      FileManager.default.fileExists(atPath: $0 + "/model/config.json")
    }
    guard let found else { return nil }
    folder = found
  }

  /// The folders in which the running program looks for its world, in this order: the one that is
  /// named, and no other; else beside the program, where the package manager and `.ci/install
  /// --prefix` put it, and `../share/lucarne/world`, seen from the program.
  package static func places(
    named folder: String? = nil, besideProgram program: String = "/proc/self/exe"
  ) -> [String] {
    if let folder { return [folder] }
    let resolved = try? FileManager.default.destinationOfSymbolicLink(atPath: program)
    guard let resolved else { return [] }
    let bin = URL(fileURLWithPath: resolved).deletingLastPathComponent()
    return [
      bin.path + "/lucarne_World.resources/Resources",
      bin.deletingLastPathComponent().path + "/share/lucarne/world",
    ]
  }
}
