import Models
import Tensors

/// The tensors of some rows that a run has met so far, as what was changed on the way has left
/// them.
struct MetTensors {
  private var found: [Site: Matrix] = [:]

  var sites: Set<Site> { Set(found.keys) }

  /// Takes in what a stretch of the run up to a point has met.
  mutating func take(_ tap: SiteTap, stream: Matrix, at point: StreamPoint) {
    found.merge(tap.found) { $1 }
    found[Site(point)] = stream
  }

  /// Takes in what the model's own run has at an autoencoder's site below a point, or at it.
  mutating func take(_ own: SiteRows, upTo point: StreamPoint) {
    if own.site.input.point <= point { found[own.site.input] = own.input }
    if own.site.output.point <= point { found[own.site.output] = own.output }
  }

  /// What an autoencoder reads and makes where the stream at the point at which it writes is
  /// `stream`.
  func rows(at site: AutoencoderSite, stream: Matrix, decoder: Decoder) -> SiteRows {
    SiteRows(
      site: site, decoder: decoder, input: found[site.input] ?? stream,
      output: found[site.output] ?? stream, stream: stream)
  }

  /// Another tensor in the place of what an autoencoder makes, the stream where it writes having
  /// been `stream`: what the same half of a block has of it behind that, up to the stream itself,
  /// changes with it.
  mutating func change(
    at spliced: AutoencoderSite, from stream: Matrix, to changed: SiteInput
  ) {
    for (site, tensor) in found where site.point == spliced.write && site >= spliced.output {
      if site.stream != nil {
        found[site] = changed.stream
      } else if site == spliced.output {
        found[site] = changed.made
      } else {
        found[site] = tensor + (changed.stream - stream)
      }
    }
  }
}
