package import Autoencoders

/// A change of one latent's activation at some positions of a context, and
/// perhaps at generated ones.
package struct Intervention: Sendable, Equatable {
  /// Index of the latent, 0 … M − 1.
  package let latent: Int
  package let rule: LatentChange.Rule
  /// Positions of the prompt; nil stands for all of them.
  package let positions: [Range<Int>]?
  /// Whether generated positions are changed too.
  package let coversGenerated: Bool

  package init(
    latent: Int, rule: LatentChange.Rule, positions: [Range<Int>]? = nil,
    coversGenerated: Bool = false
  ) {
    self.latent = latent
    self.rule = rule
    self.positions = positions
    self.coversGenerated = coversGenerated
  }

  /// The change at the rows of one run: the prompt's rows it names, and the
  /// generated ones if it covers them.
  func change(promptRows: Range<Int>, generatedRows: Range<Int>) -> LatentChange {
    var rows = (positions ?? [promptRows]).map { $0.clamped(to: promptRows) }
    if coversGenerated { rows.append(generatedRows) }
    return LatentChange(rows: rows.filter { !$0.isEmpty }, latent: latent, rule: rule)
  }
}

extension LatentChange {
  /// The first changed row; nil when there is none.
  var firstRow: Int? { rows.map(\.lowerBound).min() }

  /// The same change in a run that begins at row `start`.
  func startingAt(_ start: Int) -> LatentChange {
    LatentChange(
      rows: rows.map { max($0.lowerBound, start) - start..<max($0.upperBound, start) - start }
        .filter { !$0.isEmpty }, latent: latent, rule: rule)
  }
}
