// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Finds latents of an index.
///
/// Which features fire in a region of a context: ask feature/activations, and give its latents here
/// for their labels.
package enum IndexSearch: Request {
  package static let method = "index/search"
  package static let lane = Lane.index

  package struct Params: Codable, Sendable, Equatable {
    /// An open index's name, or a file's absolute path; absent: that of the autoencoder, or the
    /// only one that is open.
    package var index: String?
    /// The autoencoder whose index is meant where none is named.
    package var sae: String?
    package var query: Query
    package var offset: Int?
    /// Absent: 100.
    package var limit: Int?

    package init(
      index: String? = nil, sae: String? = nil, query: Query, offset: Int? = nil, limit: Int? = nil
    ) {
      self.index = index
      self.sae = sae
      self.query = query
      self.offset = offset
      self.limit = limit
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      index = try members.decodeIfPresent(String.self, forKey: .index)
      sae = try members.decodeIfPresent(String.self, forKey: .sae)
      query = try members.decode(Query.self, forKey: .query)
      offset = try members.optionalInteger(.offset, in: 0...2_147_483_647)
      limit = try members.optionalInteger(.limit, in: 0...10_000)
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
    /// Higher is better: rank of the text, size of the effect on the token's logit, largest
    /// activation, cosine or Jaccard index; absent for latents that were given.
    package var score: Double?
    /// What the latent is called.
    package var label: String?
    /// How well the label holds: the newest iou, or else dissection, then the newest auc; absent
    /// where neither was measured.
    package var labelScores: [LabelScore]?

    package init(
      latent: Int, score: Double? = nil, label: String? = nil, labelScores: [LabelScore]? = nil
    ) {
      self.latent = latent
      self.score = score
      self.label = label
      self.labelScores = labelScores
    }
  }
}
