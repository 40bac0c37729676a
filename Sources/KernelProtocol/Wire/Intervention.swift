import JSONRPC

/// A change to one latent's activation.
package struct Intervention: Codable, Sendable, Equatable {
  package var op: Operation
  package var feature: FeatureRef
  /// Required by every operation but `zero`.
  package var value: Double?
  /// Where; absent: every position of the prompt.
  package var at: [Region]?
  /// Whether the change is made at every generated token too.
  package var generated: Bool?

  package init(
    op: Operation, feature: FeatureRef, value: Double? = nil, at: [Region]? = nil,
    generated: Bool? = nil
  ) {
    self.op = op
    self.feature = feature
    self.value = value
    self.at = at
    self.generated = generated
  }

  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    op = try members.decode(Operation.self, forKey: .op)
    feature = try members.decode(FeatureRef.self, forKey: .feature)
    value =
      op == .zero
      ? try members.decodeIfPresent(Double.self, forKey: .value)
      : try members.decode(Double.self, forKey: .value)
    at = try members.decodeIfPresent([Region].self, forKey: .at)
    generated = try members.decodeIfPresent(Bool.self, forKey: .generated)
  }
}
