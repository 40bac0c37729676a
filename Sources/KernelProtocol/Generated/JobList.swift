// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// The jobs that are known, newest first.
package enum JobList: Request {
  package static let method = "job/list"
  package static let lane = Lane.control

  package struct Params: Codable, Sendable, Equatable {
    /// Only those in this state.
    package var state: JobState?
    package var offset: Int?
    /// Absent: 100.
    package var limit: Int?

    package init(state: JobState? = nil, offset: Int? = nil, limit: Int? = nil) {
      self.state = state
      self.offset = offset
      self.limit = limit
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      state = try members.decodeIfPresent(JobState.self, forKey: .state)
      offset = try members.optionalInteger(.offset, in: 0...2_147_483_647)
      limit = try members.optionalInteger(.limit, in: 0...Int.max)
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    package var items: [Job]
    /// Of all pages.
    package var total: Int

    package init(items: [Job], total: Int) {
      self.items = items
      self.total = total
    }
  }
}
