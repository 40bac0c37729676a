package import Autoencoders
package import Models
package import Tensors

/// What a run has at an autoencoder's site, row by row. Of a point of the residual stream all three
/// are the same. Of a layer of the vision tower only positions that are patches have a row of what
/// is read and made; others have zeros, which nobody encodes.
package struct SiteRows: Sendable {
  package let site: AutoencoderSite
  let decoder: Decoder
  /// What it reads, `[t, D]` of the autoencoder.
  package private(set) var input: Matrix
  /// What it makes again, `[t, D_out]`.
  package private(set) var output: Matrix
  /// The residual stream at the point where a change of that shows, `[t, D]` of the model.
  package private(set) var stream: Matrix
  /// The way through the tower from a layer of it; nil for a decoder's block, and for rows of no
  /// picture.
  let tower: TowerRun?

  init(
    site: AutoencoderSite, decoder: Decoder, input: Matrix, output: Matrix, stream: Matrix
  ) {
    (self.site, self.decoder) = (site, decoder)
    (self.input, self.output, self.stream) = (input, output, stream)
    tower = nil
  }

  /// The rows of a whole prompt, and of tokens behind it, at a layer of the vision tower.
  init(site: AutoencoderSite, decoder: Decoder, tower: TowerRun, stream: Matrix) {
    (self.site, self.decoder, self.tower, self.stream) = (site, decoder, tower, stream)
    input = tower.rows(stream.rows)
    output = input
  }

  package var count: Int { stream.rows }

  /// Whether a row is one that the autoencoder reads.
  func covers(_ row: Int) -> Bool { site.towerLayer == nil || tower?.covers(row) ?? false }

  /// Those of some rows that the autoencoder reads.
  package func covered(among rows: some Sequence<Int>) -> [Int] { rows.filter(covers) }

  /// Some rows of a decoder's block: a tower's stand in relation to each other.
  func slice(rows: Range<Int>) -> SiteRows {
    precondition(tower == nil, "rows of a tower's pictures, apart")
    return SiteRows(
      site: site, decoder: decoder, input: input.slice(rows: rows),
      output: output.slice(rows: rows), stream: stream.slice(rows: rows))
  }

  /// Adds rows of tokens, which are no picture's.
  mutating func append(_ other: SiteRows) {
    if site.towerLayer == nil {
      input.append(other.input)
      output.append(other.output)
    } else {
      let empty = Matrix(rows: other.count, columns: input.columns)
      input.append(empty)
      output.append(empty)
    }
    stream.append(other.stream)
  }
}

extension SiteRows {
  /// The code of some rows, all by default: one without anything active where there is none to
  /// read.
  package func code(
    by weights: SparseAutoencoder, of rows: Range<Int>? = nil, cancellation: Cancellation
  ) throws -> SparseCode {
    let rows = rows ?? 0..<count
    guard site.towerLayer != nil else {
      return try weights.encode(input.slice(rows: rows), cancellation: cancellation)
    }
    let places = covered(among: rows)
    let read =
      places.isEmpty
      ? SparseCode(latentCount: weights.latentCount)
      : try weights.encode(input.rows(places), cancellation: cancellation)
    var (code, next) = (SparseCode(latentCount: weights.latentCount), 0)
    for row in rows {
      if next < places.count, places[next] == row {
        code.append(read.slice(rows: next..<next + 1))
        next += 1
      } else {
        code.appendRow(
          [], frame: weights.normalisation == .none ? nil : RowFrame(scale: 1))
      }
    }
    return code
  }
}

extension Model {
  /// Runs a prompt up to where an autoencoder's site is written to.
  package func rows(
    at site: AutoencoderSite, of prompt: Prompt, cache: inout KeyValueCache,
    cancellation: Cancellation
  ) throws -> SiteRows {
    let embeddings = try embeddings(prompt, cache: &cache, cancellation: cancellation)
    guard let layer = site.towerLayer else {
      return try decoder.rows(at: site, of: embeddings, cache: &cache, cancellation: cancellation)
    }
    return SiteRows(
      site: site, decoder: decoder,
      tower: try TowerRun(prompt, model: self, layer: layer, cancellation: cancellation),
      stream: embeddings)
  }
}

extension Decoder {
  /// Runs x `[t, D]`, embeddings of tokens after those of the cache, up to where an autoencoder's
  /// site is written to. Of a layer of the vision tower tokens have no rows.
  package func rows(
    at site: AutoencoderSite, of x: Matrix, cache: inout KeyValueCache, cancellation: Cancellation
  ) throws -> SiteRows {
    guard site.towerLayer == nil else {
      let none = Matrix(rows: x.rows, columns: 0)
      return SiteRows(site: site, decoder: self, input: none, output: none, stream: x)
    }
    var tap = SiteTap(site.taps)
    let stream = try forward(
      x, over: .input(of: 0)..<site.write, cache: &cache, tap: &tap, cancellation: cancellation)
    return SiteRows(
      site: site, decoder: self, input: tap.found[site.input] ?? stream,
      output: tap.found[site.output] ?? stream, stream: stream)
  }
}
