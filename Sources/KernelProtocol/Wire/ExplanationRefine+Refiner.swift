import JSONRPC

extension ExplanationRefine {
  /// Who makes phrases of explanations.
  package enum Refiner: Codable, Sendable, Equatable {
    /// The program itself.
    case rule
    case model(ExplanationGenerate.Explainer)

    private enum CodingKeys: CodingKey { case rule, endpoint, resident }

    /// The rule has no options yet.
    private enum RuleKeys: CodingKey {}

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      guard members.allKeys.count == 1 else {
        throw decoder.wireMismatch(
          expected: "either {\"rule\"}, {\"endpoint\"} or {\"resident\"}")
      }
      guard members.contains(.rule) else {
        self = .model(try ExplanationGenerate.Explainer(from: decoder))
        return
      }
      _ = try members.nestedContainer(keyedBy: RuleKeys.self, forKey: .rule)
      self = .rule
    }

    package func encode(to encoder: any Encoder) throws {
      switch self {
      case .rule:
        var members = encoder.container(keyedBy: CodingKeys.self)
        _ = members.nestedContainer(keyedBy: RuleKeys.self, forKey: .rule)
      case .model(let explainer): try explainer.encode(to: encoder)
      }
    }
  }
}
