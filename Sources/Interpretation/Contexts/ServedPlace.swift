import Checkpoints
package import Models

/// A place of a model's blocks, and whether autoencoders of it are served.
package struct ServedPlace: Sendable, Equatable {
  /// Its name with N for the block, `mlp_out.N`.
  package let name: String
  /// The names that libraries have for it on this model, with N for the block.
  package let names: [String]
  /// The blocks that have it by this name.
  package let blocks: Range<Int>
  /// Columns; of a transcoder, those that it reads.
  package let width: Int
  /// Why an autoencoder of it is not served; nil where it is.
  package let refusal: String?
}

extension Decoder {
  /// Every place that has a name, in the order in which a run meets them, and transcoders.
  package var servedPlaces: [ServedPlace] {
    var places: [ServedPlace] = []
    for place in BlockPlace.allCases where self.place(of: place) == place {
      let site = Site(place, block: 0)
      places.append(
        served(
          "\(place.rawValue).N", at: site.name, reading: site,
          names: BlockPlace.allCases.filter { self.place(of: $0) == place }
            .flatMap(SiteName.names),
          blocks: place == .residualPre ? 0..<1 : 0..<blockCount))
    }
    let input = Site(.feedForwardIn, block: 0)
    places.append(
      served(
        "transcoder.N", at: "transcoder.0", reading: input,
        names: ["mlp_in.N -> mlp_out.N"], blocks: 0..<blockCount))
    guard place(of: .feedForwardModule) == .feedForwardModule else { return places }
    places.append(
      served(
        "mlp_in.N -> mlp_module.N", at: "mlp_in.0 -> mlp_module.0", reading: input,
        names: ["blocks.N.mlp.hook_in -> blocks.N.mlp.hook_out"], blocks: 0..<blockCount))
    return places
  }

  private func served(
    _ name: String, at example: String, reading site: Site, names: [String], blocks: Range<Int>
  ) -> ServedPlace {
    var refusal: String?
    do { _ = try AutoencoderSite(named: example, in: self) } catch { refusal = error.reason }
    return ServedPlace(
      name: name, names: names, blocks: blocks, width: width(of: site), refusal: refusal)
  }
}
