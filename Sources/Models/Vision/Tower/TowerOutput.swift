/// What of a vision tower becomes a picture's features.
package enum TowerOutput: Sendable, Equatable {
  /// Hidden states, several side by side in this order, repeated where they are named twice: 0 what
  /// stands before the first layer, n the output of layer n − 1. No norm is behind them.
  case states([Int])
  /// The output of the last layer through the norm behind it.
  case normed

  /// Whether a state from below the last layer's output is one of the features.
  func takes(state: Int) -> Bool {
    if case .states(let states) = self { states.contains(state) } else { false }
  }

  /// How many states' columns the features have.
  var stateCount: Int {
    if case .states(let states) = self { states.count } else { 1 }
  }

  /// How many of a tower's layers it needs.
  package func layerCount(of tower: VisionConfiguration) -> Int {
    switch self {
    case .states(let states): states.max() ?? 0
    case .normed: tower.layerCount
    }
  }
}
