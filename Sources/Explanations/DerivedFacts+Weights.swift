import Autoencoders
package import FeatureIndex
import Interpretation
package import Models
package import Tensors

extension LoadedAutoencoder {
  /// Bytes that deriving a block of latents takes.
  package func derivingBytes(decoder: Decoder, rows: Int) -> Int {
    let tile = Self.tileRows(width: weights.outputSize)
    return 4 * (rows * decoder.vocabularySize + tile * weights.outputSize + rows * tile)
      + 64 * rows * 64
  }

  private static func tileRows(width: Int) -> Int { max(1, (4 << 20) / max(1, width)) }

  /// What the weights say of a block of latents: the tokens whose logits their decoder rows raise
  /// and lower most, by W_U · (γ ⊙ row as the stream has it), and the rows nearest by cosine,
  /// themselves not among them; ties to the lower id.
  ///
  /// Reads the whole decoder once, in tiles; `cancellation` is seen between them.
  package func derivedFacts(
    ofLatents latents: Range<Int>, decoder: Decoder, tokens: Int, neighbours: Int,
    text: (Int) -> String, cancellation: Cancellation
  ) throws -> [DerivedFacts] {
    guard !latents.isEmpty else { return [] }
    try check(latent: latents.lowerBound)
    try check(latent: latents.upperBound - 1)
    let rows = weights.decoder.slice(rows: latents).floats()
    let near = try nearest(to: rows, at: latents, count: neighbours, cancellation: cancellation)
    try cancellation.check()
    // A direction of the vision tower reaches no logit by itself.
    let effects =
      site.towerLayer == nil
      ? try decoder.directEffect(decoder.streamDirections(of: rows, at: site.output))
      : Matrix(rows: rows.rows, columns: 0)
    return latents.enumerated().map { row, latent in
      let values = effects.row(row)
      func indexed(_ token: Int) -> IndexedToken {
        IndexedToken(token: token, text: text(token), effect: Double(values[token]))
      }
      return DerivedFacts(
        latent: latent,
        promoted: Self.extremes(values, count: tokens, highest: true).map(indexed),
        suppressed: Self.extremes(values, count: tokens, highest: false).map(indexed),
        neighbours: near[row].map { ($0.latent, Double($0.cosine)) })
    }
  }

  private func nearest(
    to rows: Matrix, at latents: Range<Int>, count: Int, cancellation: Cancellation
  ) throws -> [[(latent: Int, cosine: Float)]] {
    let lengths = rows.rowNorms()
    var found = [[(latent: Int, cosine: Float)]](repeating: [], count: rows.rows)
    let step = Self.tileRows(width: weights.outputSize)
    for first in stride(from: 0, to: weights.latentCount, by: step) {
      try cancellation.check()
      let tile = weights.decoder.slice(
        rows: first..<min(weights.latentCount, first + step)
      ).floats()
      let dots = weights.dots(rows, tile)
      let tileLengths = tile.rowNorms()
      for row in 0..<rows.rows {
        var cosines = [Float](repeating: -.infinity, count: tile.rows)
        for other in 0..<tile.rows where first + other != latents.lowerBound + row {
          let cosine =
            dots[row, other] / max(lengths[row] * tileLengths[other], .leastNormalMagnitude)
          if cosine.isFinite { cosines[other] = cosine }
        }
        let best = Self.extremes(cosines, count: count, highest: true)
          .filter { cosines[$0].isFinite }
        found[row] += best.map { (first + $0, cosines[$0]) }
        found[row].sort { ($1.cosine, $0.latent) < ($0.cosine, $1.latent) }
        found[row].removeLast(max(0, found[row].count - count))
      }
    }
    return found
  }

  /// The places of the highest (or lowest) values, best first, ties to the lower place.
  static func extremes(_ values: [Float], count: Int, highest: Bool) -> [Int] {
    var kept: [Int] = []
    kept.reserveCapacity(count + 1)
    func isBetter(_ one: Int, _ other: Int) -> Bool {
      highest ? values[one] > values[other] : values[one] < values[other]
    }
    for place in values.indices {
      if kept.count == count, let last = kept.last, !isBetter(place, last) { continue }
      var low = 0
      var high = kept.count
      while low < high {
        let middle = (low + high) / 2
        if isBetter(place, kept[middle]) { high = middle } else { low = middle + 1 }
      }
      kept.insert(place, at: low)
      if kept.count > count { kept.removeLast() }
    }
    return kept
  }
}
