package import Checkpoints
package import Models
import Tensors

/// Where an autoencoder reads a run, and where what it makes goes into it.
///
/// An autoencoder reads the tensor that it makes again, `input` = `output`; a transcoder reads one
/// and makes another. `output` is a point of the residual stream, or what a half of a block adds to
/// it, or what is projected to that or normed to it: so a change of what is made is, projected and
/// normed where it has to be, a change of the stream at `write`, above which the rest of the model
/// runs.
///
/// What a layer of the vision tower gives is a site, too: a position has a row of it where its
/// token is one patch of a picture, and what changes there changes the embeddings of the picture's
/// tokens. To the decoder its `input` and `output` are those embeddings.
package struct AutoencoderSite: Hashable, Sendable, CustomStringConvertible {
  package let input: Site
  package let output: Site
  /// The layer of the vision tower whose output is read and made again; nil for a decoder's block.
  package let towerLayer: Int?

  /// A site that is read and made again.
  package init(_ site: Site) {
    precondition(site.isAdded, "\(site) is not added to the residual stream")
    (input, output, towerLayer) = (site, site, nil)
  }

  /// The site of some names on a model.
  /// - Throws: for what is no place of the model, and for what cannot be changed there.
  package init(named name: String, in model: Model) throws(SiteRefusal) {
    try self.init(PlacePair(name), named: name, in: model)
  }

  /// - Parameter name: what was given, for messages.
  package init(
    _ places: PlacePair, named name: String, in model: Model
  ) throws(SiteRefusal) {
    guard places.isKnown else { throw SiteRefusal(reason: SiteName.refusal(of: name)) }
    if let layer = places.towerLayer {
      _ = try model.towerEncoder(forLayer: layer, named: name)
      self.init(towerLayer: layer)
      return
    }
    let decoder = model.decoder
    let input = try decoder.site(places.input, named: name)
    let output = try decoder.site(places.output, named: name)
    if let reason = decoder.refusal(ofChanging: output) { throw SiteRefusal(reason: reason) }
    guard input <= output else {
      throw SiteRefusal(
        reason: "\(input.name) comes after \(output.name): what is made of it cannot go in there")
    }
    self.init(input: input, output: output)
  }

  /// The same places of another block; nil where there is none.
  package func moved(by step: Int, blockCount: Int) -> AutoencoderSite? {
    guard towerLayer == nil, let input = input.moved(by: step, blockCount: blockCount),
      let output = output.moved(by: step, blockCount: blockCount)
    else { return nil }
    return AutoencoderSite(input: input, output: output)
  }

  private init(input: Site, output: Site) {
    (self.input, self.output, towerLayer) = (input, output, nil)
  }

  private init(towerLayer layer: Int) {
    let embeddings = Site(.input(of: 0))
    (input, output, towerLayer) = (embeddings, embeddings, layer)
  }

  /// The canonical name: of the site, or of both its sides.
  package var name: String {
    towerLayer.map(SiteName.canonical(towerLayer:))
      ?? PlacePair.name((input.place, input.block), (output.place, output.block))
  }

  /// The canonical names of what is read and of what is made.
  package var inputName: String { towerLayer == nil ? input.name : name }
  package var outputName: String { towerLayer == nil ? output.name : name }

  package var description: String { name }

  /// The point of the residual stream at which a change shows.
  package var write: StreamPoint { output.point }

  /// Whether what is read is made again.
  package var isOfOnePlace: Bool { input == output }

  /// Whether what is made is the residual stream itself, nothing passing it by.
  package var isStream: Bool { towerLayer == nil && output.stream != nil }

  /// Columns of what is read, and of what is made.
  package func widths(in model: Model) -> (input: Int, output: Int) {
    if towerLayer != nil {
      let width = (model.pictures as? any TowerEncoder)?.tower.configuration.hiddenSize ?? 0
      return (width, width)
    }
    return (model.decoder.width(of: input), model.decoder.width(of: output))
  }

  /// What has to be read of a run up to `write`.
  var taps: Set<Site> { [input, output] }

  /// What a context keeps for it: what is read and made, and the stream at `write`.
  package var kept: Set<Site> { taps.union([Site(write)]) }
}

extension Decoder {
  /// What contexts of `tokens` tokens keep for autoencoders at some sites, in bytes.
  package func bytes(of sites: [AutoencoderSite], tokens: Int) -> Int {
    bytes(of: sites.reduce(into: Set<Site>()) { $0.formUnion($1.kept) }, tokens: tokens)
  }
}
