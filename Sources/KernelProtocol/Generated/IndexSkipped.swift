// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// The entries of a corpus that an index did not take in, by name.
package enum IndexSkipped: Request {
  package static let method = "index/skipped"
  package static let lane = Lane.index

  package struct Params: Codable, Sendable, Equatable {
    /// Absent: the only open index, or the one that the kernel was started with.
    package var index: String?
    package var offset: Int?
    /// Absent: 100.
    package var limit: Int?

    package init(index: String? = nil, offset: Int? = nil, limit: Int? = nil) {
      self.index = index
      self.offset = offset
      self.limit = limit
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      index = try members.decodeIfPresent(String.self, forKey: .index)
      offset = try members.optionalInteger(.offset, in: 0...Int.max)
      limit = try members.optionalInteger(.limit, in: 0...Int.max)
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    package var items: [Item]

    package init(items: [Item]) {
      self.items = items
    }
  }

  package struct Item: Codable, Sendable, Equatable {
    package var name: String
    package var reason: String
    package var message: String

    package init(name: String, reason: String, message: String) {
      self.name = name
      self.reason = reason
      self.message = message
    }
  }
}
