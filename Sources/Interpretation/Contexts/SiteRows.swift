package import Models
package import Tensors

/// What a run has at an autoencoder's site, row by row. Of a point of the residual stream all three
/// are the same.
package struct SiteRows: Sendable {
  package let site: AutoencoderSite
  let decoder: Decoder
  /// What it reads, `[t, D]` of the autoencoder.
  package private(set) var input: Matrix
  /// What it makes again, `[t, D_out]`.
  package private(set) var output: Matrix
  /// The residual stream at the point where a change of that shows, `[t, D]` of the model.
  package private(set) var stream: Matrix

  init(
    site: AutoencoderSite, decoder: Decoder, input: Matrix, output: Matrix, stream: Matrix
  ) {
    (self.site, self.decoder) = (site, decoder)
    (self.input, self.output, self.stream) = (input, output, stream)
  }

  package var count: Int { stream.rows }

  func slice(rows: Range<Int>) -> SiteRows {
    SiteRows(
      site: site, decoder: decoder, input: input.slice(rows: rows),
      output: output.slice(rows: rows), stream: stream.slice(rows: rows))
  }

  mutating func append(_ other: SiteRows) {
    input.append(other.input)
    output.append(other.output)
    stream.append(other.stream)
  }
}

extension Decoder {
  /// Runs x `[t, D]`, embeddings of tokens after those of the cache, up to where an autoencoder's
  /// site is written to.
  package func rows(
    at site: AutoencoderSite, of x: Matrix, cache: inout KeyValueCache, cancellation: Cancellation
  ) throws -> SiteRows {
    var tap = SiteTap(site.taps)
    let stream = try forward(
      x, over: .input(of: 0)..<site.write, cache: &cache, tap: &tap, cancellation: cancellation)
    return SiteRows(
      site: site, decoder: self, input: tap.found[site.input] ?? stream,
      output: tap.found[site.output] ?? stream, stream: stream)
  }
}
