package import JSONRPC

/// Finds latents of an index.
package enum IndexSearch: Request {
  package static let method = "index/search"
  package static let lane = Lane.index

  package struct Params: Codable, Sendable, Equatable {
    /// An open index's name, or a file's absolute path; absent: that of the autoencoder, or the only one that is open.
    package var index: String?
    /// The autoencoder whose index is meant where none is named.
    package var sae: String?
    package var query: Query
    package var offset: Int?
    /// Absent: 100.
    package var limit: Int?

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      index = try members.decodeIfPresent(String.self, forKey: .index)
      sae = try members.decodeIfPresent(String.self, forKey: .sae)
      query = try members.decode(Query.self, forKey: .query)
      offset = try members.optionalInteger(.offset, in: Bounds.page)
      limit = try members.optionalInteger(.limit, in: Bounds.pageSize)
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    package var items: [Item]
    /// Whether there are more behind the page.
    package var hasMore: Bool

    package init(items: [Item], hasMore: Bool) {
      self.items = items
      self.hasMore = hasMore
    }
  }

  package struct Item: Codable, Sendable, Equatable {
    package var latent: Int
    /// Higher is better: rank of the text, size of the effect on the token's logit, largest activation, cosine or
    /// Jaccard index; absent for latents that were given.
    package var score: Double?
    /// What the latent is called.
    package var label: String?

    package init(latent: Int, score: Double? = nil, label: String? = nil) {
      self.latent = latent
      self.score = score
      self.label = label
    }
  }

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
      default: self = .neighboursOf(try members.integer(.neighboursOf, in: Bounds.count))
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
