import JSONRPC

extension ExplanationGenerate {
  /// Who explains.
  package enum Explainer: Codable, Sendable, Equatable {
    case endpoint(Endpoint)
    /// The resident model of a name; nil: the one loaded last.
    case resident(model: String?)

    private enum CodingKeys: CodingKey { case endpoint, resident }

    private struct Resident: Codable { var model: String? }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      switch (members.contains(.endpoint), members.contains(.resident)) {
      case (true, false): self = .endpoint(try members.decode(Endpoint.self, forKey: .endpoint))
      case (false, true):
        self = .resident(model: try members.decode(Resident.self, forKey: .resident).model)
      default:
        throw decoder.wireMismatch(expected: "either {\"endpoint\"} or {\"resident\"}")
      }
    }

    package func encode(to encoder: any Encoder) throws {
      var members = encoder.container(keyedBy: CodingKeys.self)
      switch self {
      case .endpoint(let endpoint): try members.encode(endpoint, forKey: .endpoint)
      case .resident(let model): try members.encode(Resident(model: model), forKey: .resident)
      }
    }
  }
}
