/// A change of one latent at some rows (tokens) of a code or of the pre-activations behind it.
package struct LatentChange: Sendable, Equatable {
  package enum Rule: Sendable, Equatable {
    /// The value becomes this one.
    case clamp(Float)
    /// This is added; a latent that was not active starts from zero.
    case add(Float)
    /// The value is multiplied; a latent that was not active stays so.
    case scale(Float)
    /// The value becomes zero.
    case zero
  }

  /// Half-open ranges of rows; they may overlap, a row is changed once.
  package let rows: [Range<Int>]
  package let latent: Int
  package let rule: Rule

  package init(rows: [Range<Int>], latent: Int, rule: Rule) {
    self.rows = rows
    self.latent = latent
    self.rule = rule
  }

  /// The value after the change.
  package func apply(to value: Float) -> Float {
    switch rule {
    case .clamp(let new): new
    case .add(let amount): value + amount
    case .scale(let factor): value * factor
    case .zero: 0
    }
  }

  /// The changed rows, each once and in order.
  var distinctRows: [Int] {
    guard rows.count != 1 else { return Array(rows[0]) }
    return Set(rows.joined()).sorted()
  }

  func check(rowCount: Int, latentCount: Int) throws(AutoencoderError) {
    guard latent >= 0, latent < latentCount else {
      throw .latentOutOfRange(latent: latent, latentCount: latentCount)
    }
    for range in rows where range.lowerBound < 0 || range.upperBound > rowCount {
      throw .rowsOutOfRange(rows: range, count: rowCount)
    }
    switch rule {
    case .clamp(let value), .add(let value), .scale(let value):
      guard value.isFinite else {
        throw .value(
          what: "value of the change of latent \(latent)", found: "\(value)", expected: "finite")
      }
    case .zero: break
    }
  }
}
