// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// The latents nearest to one, by decoder rows or by what is active together.
package enum IndexNeighbours: Request {
  package static let method = "index/neighbours"
  package static let lane = Lane.index

  package struct Params: Codable, Sendable, Equatable {
    /// An open index's name, or a file's absolute path; absent: that of the autoencoder, or the
    /// only one that is open.
    package var index: String?
    /// The autoencoder whose index is meant where none is named.
    package var sae: String?
    package var latent: Int
    /// Absent: decoder.
    package var by: Measure?
    package var offset: Int?
    /// Absent: 100.
    package var limit: Int?

    package init(
      index: String? = nil, sae: String? = nil, latent: Int, by: Measure? = nil, offset: Int? = nil,
      limit: Int? = nil
    ) {
      self.index = index
      self.sae = sae
      self.latent = latent
      self.by = by
      self.offset = offset
      self.limit = limit
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      index = try members.decodeIfPresent(String.self, forKey: .index)
      sae = try members.decodeIfPresent(String.self, forKey: .sae)
      latent = try members.integer(.latent, in: 0...Int.max)
      by = try members.decodeIfPresent(Measure.self, forKey: .by)
      offset = try members.optionalInteger(.offset, in: 0...2_147_483_647)
      limit = try members.optionalInteger(.limit, in: 0...10_000)
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    package var items: [IndexSearch.Item]
    /// Whether there are more behind the page.
    package var hasMore: Bool

    package init(items: [IndexSearch.Item], hasMore: Bool) {
      self.items = items
      self.hasMore = hasMore
    }
  }

  package enum Measure: String, WireName {
    /// The cosine of decoder rows, as far as index/annotate has kept them.
    case decoder
    /// The Jaccard index of the sampled tokens where both are active.
    case coactivation
  }
}
