// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// The newest revision of each latent that has one, by latent.
package enum ExplanationList: Request {
  package static let method = "explanation/list"
  package static let lane = Lane.index

  package struct Params: Codable, Sendable, Equatable {
    /// An open index's name, or a file's absolute path; absent: the only one that is open.
    package var index: String?
    /// Only those whose newest revision is in this state.
    package var state: ExplanationState?
    package var offset: Int?
    /// Absent: 100.
    package var limit: Int?

    package init(
      index: String? = nil, state: ExplanationState? = nil, offset: Int? = nil, limit: Int? = nil
    ) {
      self.index = index
      self.state = state
      self.offset = offset
      self.limit = limit
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      index = try members.decodeIfPresent(String.self, forKey: .index)
      state = try members.decodeIfPresent(ExplanationState.self, forKey: .state)
      offset = try members.optionalInteger(.offset, in: 0...2_147_483_647)
      limit = try members.optionalInteger(.limit, in: 0...10_000)
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    package var items: [Explanation]
    /// Of all pages.
    package var total: Int

    package init(items: [Explanation], total: Int) {
      self.items = items
      self.total = total
    }
  }
}
