/// Layers of the vision tower as sites.
extension Model {
  /// The encoder of a model of which a layer's patches are tokens.
  /// - Parameters:
  ///   - layer: from 0.
  ///   - name: what was given for it, for messages.
  package func towerEncoder(
    forLayer layer: Int, named name: String
  ) throws(SiteRefusal) -> any TowerEncoder {
    let shown = "\"\(name.prefix(200))\""
    guard let pictures else {
      throw SiteRefusal(
        reason: "\(shown) is in a vision tower, and the model sees no pictures: it has none")
    }
    guard let encoder = pictures as? any TowerEncoder else {
      throw SiteRefusal(
        reason: "\(shown) is no site of this family: a token of its pictures is made of several "
          + "patches of the tower, and none is one row of the tower's stream")
    }
    if let reason = encoder.patchRefusal {
      throw SiteRefusal(reason: "\(shown) is no site of this family: \(reason)")
    }
    let tower = encoder.tower
    guard layer < tower.configuration.layerCount else {
      throw SiteRefusal(
        reason: "\(shown) is layer \(layer) of the vision tower, which has layers 0 … "
          + "\(tower.configuration.layerCount - 1)")
    }
    guard layer < tower.depth else {
      throw SiteRefusal(
        reason: "\(shown) lies behind what becomes a picture's features, the output of layer "
          + "\(tower.depth - 1): nothing that the model says depends on it")
    }
    return encoder
  }

  /// Bytes of some pictures' cuts behind a tower's layer with the features of every tile, which a
  /// context keeps, and those that running and pulling back the rest of a tile takes; nil without
  /// such a tower.
  package func towerBytes(_ tiles: [PictureTiles]) -> (kept: Int, working: Int)? {
    guard let encoder = pictures as? any TowerEncoder else { return nil }
    let tower = encoder.tower
    let configuration = tower.configuration
    let patches = configuration.patchCount + configuration.classTokenCount
    let states = tower.output.stateCount
    let stream = 4 * patches * configuration.hiddenSize
    let layer = stream * 12 + 8 * patches * configuration.intermediateSize
    let count = tiles.reduce(0) { $0 + $1.tileCount }
    let most = tiles.map(\.tileCount).max() ?? 0
    let working = tiles.map(encoder.workingBytes).max() ?? 0
    return (
      kept: count * stream * (1 + 2 * states),
      working: working + most * stream * (2 + 2 * states) + stream * tower.depth + layer
    )
  }
}
