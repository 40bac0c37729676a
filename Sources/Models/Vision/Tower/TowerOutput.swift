/// What of a vision tower becomes a picture's features.
package enum TowerOutput: Sendable, Equatable {
  /// Hidden states, several side by side in this order, repeated where they are named twice: 0 what
  /// stands before the first layer, n the output of layer n − 1. No norm is behind them.
  case states([Int])
  /// The output of the last layer through the norm behind it.
  case normed

  /// How many of a tower's layers it needs.
  package func layerCount(of tower: VisionConfiguration) -> Int {
    switch self {
    case .states(let states): states.max() ?? 0
    case .normed: tower.layerCount
    }
  }
}
