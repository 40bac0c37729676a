import Checkpoints
package import Models

/// A place of a model, and whether autoencoders of it are served.
package struct ServedPlace: Sendable, Equatable {
  /// Its name with N for the block, `mlp_out.N`.
  package let name: String
  /// The names that libraries have for it on this model, with N for the block.
  package let names: [String]
  /// The blocks, or layers of a tower, that have it by this name; none where there is no tower.
  package let blocks: Range<Int>
  /// Columns; of a transcoder, those that it reads.
  package let width: Int
  /// Why an autoencoder of it is not served; nil where it is.
  package let refusal: String?
}

extension Model {
  /// Every place that has a name, in the order in which a run meets them, and transcoders.
  package var servedPlaces: [ServedPlace] {
    var places = [servedTower]
    for place in BlockPlace.allCases where decoder.place(of: place) == place {
      let site = Site(place, block: 0)
      places.append(
        served(
          "\(place.rawValue).N", at: site.name, reading: site,
          names: BlockPlace.allCases.filter { decoder.place(of: $0) == place }
            .flatMap(SiteName.names),
          blocks: place == .residualPre ? 0..<1 : 0..<decoder.blockCount))
    }
    let input = Site(.feedForwardIn, block: 0)
    places.append(
      served(
        "transcoder.N", at: "transcoder.0", reading: input,
        names: ["mlp_in.N -> mlp_out.N"], blocks: 0..<decoder.blockCount))
    guard decoder.place(of: .feedForwardModule) == .feedForwardModule else { return places }
    places.append(
      served(
        "mlp_in.N -> mlp_module.N", at: "mlp_in.0 -> mlp_module.0", reading: input,
        names: ["blocks.N.mlp.hook_in -> blocks.N.mlp.hook_out"],
        blocks: 0..<decoder.blockCount))
    return places
  }

  /// Layers of the vision tower, or why there are none.
  private var servedTower: ServedPlace {
    let tower = (pictures as? any TowerEncoder)?.tower
    let refusal = refusal(ofSite: SiteName.canonical(towerLayer: 0))
    return ServedPlace(
      name: "vision.resid_post.N", names: SiteName.towerNames,
      blocks: 0..<(refusal == nil ? tower?.depth ?? 0 : tower?.configuration.layerCount ?? 0),
      width: tower?.configuration.hiddenSize ?? 0, refusal: refusal)
  }

  private func served(
    _ name: String, at example: String, reading site: Site, names: [String], blocks: Range<Int>
  ) -> ServedPlace {
    ServedPlace(
      name: name, names: names, blocks: blocks, width: decoder.width(of: site),
      refusal: refusal(ofSite: example))
  }

  private func refusal(ofSite example: String) -> String? {
    do { _ = try AutoencoderSite(named: example, in: self) } catch { return error.reason }
    return nil
  }
}
