import Checkpoints
import JSON

/// The autoencoders of MoGround: `sae.pt`, a flat dictionary with its `k`, perhaps under
/// `state_dict`, and `meta.json`. z = ReLU(TopK(W_enc(x − b_dec) + b_enc)).
///
/// Its folders are named `layer18`, which says no place: the site has to be given.
struct MoGroundFormat: AutoencoderFormat {
  static let name = "moground"
  static let marker = "sae.pt"
  static let weightsName = "sae.pt"
  static let options: Set<AutoencoderOptions.Name> = [.k]

  static func parts(
    of folder: AutoencoderFolder, memory: inout MemoryAllowance
  ) throws -> AutoencoderParts {
    let dictionary = FlatDictionary(archive: try folder.torchArchive())
    var described: Int?
    if folder.holds("meta.json") {
      let meta = try ConfigurationSection(path: folder.file("meta.json"))
      if meta.object.present("k") != nil { described = try meta.count("k") }
    }
    let k = try folder.k(saidBy: [
      (place: "sae.pt", k: try dictionary.integer("k")), (place: "meta.json", k: described),
    ])
    return try dictionary.parts(
      isTransposed: false, subtractsDecoderBias: true, stated: folder.stated, memory: &memory
    ) { _ in .topK(k) }
  }
}
