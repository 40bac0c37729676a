/// How queries and keys are cut into heads and which keys a query sees.
package struct AttentionShape: Sendable, Equatable {
  /// H: query head h uses the key/value head h / (H / G).
  package var queryHeads: Int
  /// G, a divisor of H.
  package var keyValueHeads: Int
  /// d
  package var headSize: Int
  /// What scores q·k are multiplied by; 1/√d unless it is given.
  package var scale: Float
  /// Whether the query at position i sees only keys at positions up to i.
  package var causal: Bool
  /// W: the query at position i sees keys at positions above i − W; nil: no such limit.
  package var window: Int?

  package init(
    queryHeads: Int, keyValueHeads: Int, headSize: Int, scale: Float? = nil, causal: Bool,
    window: Int? = nil
  ) {
    precondition(
      keyValueHeads > 0 && queryHeads > 0 && queryHeads % keyValueHeads == 0 && headSize > 0,
      "\(queryHeads) query heads over \(keyValueHeads) key/value heads of \(headSize)")
    precondition(window.map { $0 > 0 } ?? true, "a window of \(window ?? 0)")
    precondition(scale.map { $0 > 0 } ?? true, "a scale of \(scale ?? 0)")
    self.queryHeads = queryHeads
    self.keyValueHeads = keyValueHeads
    self.headSize = headSize
    self.scale = scale ?? 1 / Float(headSize).squareRoot()
    self.causal = causal
    self.window = window
  }
}
