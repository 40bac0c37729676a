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
package struct AutoencoderSite: Hashable, Sendable, CustomStringConvertible {
  package let input: Site
  package let output: Site

  /// A site that is read and made again.
  package init(_ site: Site) {
    precondition(site.isAdded, "\(site) is not added to the residual stream")
    (input, output) = (site, site)
  }

  /// The site of some names on a model.
  /// - Throws: for what is no place of the model, and for what cannot be changed there.
  package init(named name: String, in decoder: Decoder) throws(SiteRefusal) {
    try self.init(PlacePair(name), named: name, in: decoder)
  }

  /// - Parameter name: what was given, for messages.
  package init(
    _ places: PlacePair, named name: String, in decoder: Decoder
  ) throws(SiteRefusal) {
    guard places.isKnown else { throw SiteRefusal(reason: SiteName.refusal(of: name)) }
    input = try decoder.site(places.input, named: name)
    output = try decoder.site(places.output, named: name)
    if let reason = decoder.refusal(ofChanging: output) { throw SiteRefusal(reason: reason) }
    guard input <= output else {
      throw SiteRefusal(
        reason: "\(input.name) comes after \(output.name): what is made of it cannot go in there")
    }
  }

  /// The same places of another block; nil where there is none.
  package func moved(by step: Int, blockCount: Int) -> AutoencoderSite? {
    guard let input = input.moved(by: step, blockCount: blockCount),
      let output = output.moved(by: step, blockCount: blockCount)
    else { return nil }
    return AutoencoderSite(input: input, output: output)
  }

  private init(input: Site, output: Site) {
    (self.input, self.output) = (input, output)
  }

  /// The canonical name: of the site, or of both its sides.
  package var name: String {
    PlacePair.name((input.place, input.block), (output.place, output.block))
  }

  package var description: String { name }

  /// The point of the residual stream at which a change shows.
  package var write: StreamPoint { output.point }

  /// Whether what is read is made again.
  package var isOfOnePlace: Bool { input == output }

  /// Whether what is made is the residual stream itself, nothing passing it by.
  package var isStream: Bool { output.stream != nil }

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
