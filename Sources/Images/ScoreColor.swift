/// A diverging scale that colour-blind readers can tell apart: red supports, blue opposes, and the
/// stronger the score, the darker and the more opaque.
enum ScoreColor {
  typealias Components = (red: Double, green: Double, blue: Double)

  private static let weakSupport: Components = (244, 165, 130)
  private static let strongSupport: Components = (178, 24, 43)
  private static let weakOpposition: Components = (146, 197, 222)
  private static let strongOpposition: Components = (33, 102, 172)

  /// A score as a fraction of the scale, within [-1, 1]; sums that overflowed into
  /// no number count as none.
  static func strength(of score: Float, scale: Float) -> Double {
    let fraction = Double(score) / Double(scale)
    return fraction.isNaN ? 0 : min(max(fraction, -1), 1)
  }

  /// The colour for a strength in [-1, 1], without opacity.
  static func color(of strength: Double) -> Components {
    let amount = min(abs(strength), 1)
    let (weak, strong) =
      strength < 0 ? (weakOpposition, strongOpposition) : (weakSupport, strongSupport)
    return mixed(weak, strong, amount)
  }

  /// What stands on `background` once a score of this strength is laid over it.
  static func overlaid(
    _ background: Components, strength: Double, maximumOpacity: Double
  ) -> Components {
    mixed(background, color(of: strength), min(abs(strength), 1) * maximumOpacity)
  }

  static func mixed(_ from: Components, _ to: Components, _ amount: Double) -> Components {
    (
      from.red + (to.red - from.red) * amount, from.green + (to.green - from.green) * amount,
      from.blue + (to.blue - from.blue) * amount
    )
  }
}
