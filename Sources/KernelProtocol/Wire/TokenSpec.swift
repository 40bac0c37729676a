import JSONRPC

/// A token of the vocabulary, by its id or by a text that is exactly one token.
package enum TokenSpec: Codable, Sendable, Equatable {
  case id(Int)
  case text(String)

  private enum CodingKeys: CodingKey { case id, text }

  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    switch (members.contains(.id), members.contains(.text)) {
    case (true, false): self = .id(try members.integer(.id, in: 0...Int.max))
    case (false, true): self = .text(try members.decode(String.self, forKey: .text))
    default: throw decoder.wireMismatch(expected: "either {\"id\"} or {\"text\"}")
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var members = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .id(let id): try members.encode(id, forKey: .id)
    case .text(let text): try members.encode(text, forKey: .text)
    }
  }
}
