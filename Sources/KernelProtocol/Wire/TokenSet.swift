import JSONRPC

/// One token, or several of which any will do.
package enum TokenSet: Codable, Sendable, Equatable {
  case one(TokenSpec)
  case several([TokenSpec])
  /// Every token that spells a text: with or without a space before it, in capitals or not.
  case variants(of: String)

  package static func id(_ id: Int) -> TokenSet { .one(.id(id)) }
  package static func text(_ text: String) -> TokenSet { .one(.text(text)) }

  private enum CodingKeys: CodingKey { case text, variants }

  package init(from decoder: any Decoder) throws {
    if let members = try? decoder.container(keyedBy: CodingKeys.self) {
      guard members.contains(.variants), try members.decode(Bool.self, forKey: .variants) else {
        self = .one(try TokenSpec(from: decoder))
        return
      }
      self = .variants(of: try members.decode(String.self, forKey: .text))
    } else {
      let container = try decoder.singleValueContainer()
      self = .several(try container.decode([TokenSpec].self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    switch self {
    case .one(let token): try token.encode(to: encoder)
    case .several(let tokens):
      var container = encoder.singleValueContainer()
      try container.encode(tokens)
    case .variants(let text):
      var members = encoder.container(keyedBy: CodingKeys.self)
      try members.encode(text, forKey: .text)
      try members.encode(true, forKey: .variants)
    }
  }
}
