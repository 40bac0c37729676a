package import JSONRPC

/// The newest revision of each latent that has one, by latent.
package enum ExplanationList: Request {
  package static let method = "explanation/list"
  package static let lane = Lane.index

  package struct Params: Codable, Sendable, Equatable {
    package var index: String?
    /// Only those whose newest revision is in this state.
    package var state: ExplanationState?
    package var offset: Int?
    /// Absent: 100.
    package var limit: Int?

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      index = try members.decodeIfPresent(String.self, forKey: .index)
      state = try members.decodeIfPresent(ExplanationState.self, forKey: .state)
      offset = try members.optionalInteger(.offset, in: Bounds.page)
      limit = try members.optionalInteger(.limit, in: Bounds.pageSize)
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

extension Bounds {
  /// The first item of a page.
  package static let page = 0...Int(Int32.max)
  /// The items of a page.
  package static let pageSize = 0...10_000
}
