// Written by protocol/generator from protocol/openrpc.json.

/// How well a label holds, by one measure, in short.
package struct LabelScore: Codable, Sendable, Equatable {
  package var kind: String
  package var value: Double
  /// The same measure by chance.
  package var baseline: Double?

  package init(kind: String, value: Double, baseline: Double? = nil) {
    self.kind = kind
    self.value = value
    self.baseline = baseline
  }
}
