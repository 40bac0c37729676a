import JSONRPC

extension IndexSearch {
  /// What is looked for.
  package enum Query: Codable, Sendable, Equatable {
    /// Words of explanations: each must occur, by its stem or its beginning.
    case text(String)
    /// A token that the latent's decoder row raises, or lowers.
    case token(String, lowered: Bool)
    /// The latents that have an item among their best: by its name, or by its picture's file.
    case item(String, view: String?)
    case picture(String, view: String?)
    /// The labels of these, such as those of `feature/activations` of a region.
    case latents([Int])
    /// By the cosine of decoder rows.
    case neighboursOf(Int)

    private enum CodingKeys: CodingKey {
      case text, token, lowered, item, picture, view, latents, neighboursOf
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      let keys = [CodingKeys.text, .token, .item, .picture, .latents, .neighboursOf]
      let given = keys.filter(members.contains)
      guard given.count == 1 else {
        throw decoder.wireMismatch(
          expected: "one of {\"text\"}, {\"token\"}, {\"item\"}, {\"picture\"}, {\"latents\"}, "
            + "{\"neighboursOf\"}")
      }
      let view = try members.decodeIfPresent(String.self, forKey: .view)
      switch given[0] {
      case .text: self = .text(try members.decode(String.self, forKey: .text))
      case .token:
        self = .token(
          try members.decode(String.self, forKey: .token),
          lowered: try members.decodeIfPresent(Bool.self, forKey: .lowered) ?? false)
      case .item: self = .item(try members.decode(String.self, forKey: .item), view: view)
      case .picture: self = .picture(try members.decode(String.self, forKey: .picture), view: view)
      case .latents: self = .latents(try members.decode([Int].self, forKey: .latents))
      default: self = .neighboursOf(try members.integer(.neighboursOf, in: 0...Int.max))
      }
    }

    package func encode(to encoder: any Encoder) throws {
      var members = encoder.container(keyedBy: CodingKeys.self)
      switch self {
      case .text(let text): try members.encode(text, forKey: .text)
      case .token(let token, let lowered):
        try members.encode(token, forKey: .token)
        if lowered { try members.encode(true, forKey: .lowered) }
      case .item(let name, let view):
        try members.encode(name, forKey: .item)
        try members.encodeIfPresent(view, forKey: .view)
      case .picture(let path, let view):
        try members.encode(path, forKey: .picture)
        try members.encodeIfPresent(view, forKey: .view)
      case .latents(let latents): try members.encode(latents, forKey: .latents)
      case .neighboursOf(let latent): try members.encode(latent, forKey: .neighboursOf)
      }
    }
  }
}
