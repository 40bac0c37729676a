// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Every revision of a latent's explanation, newest first, with their scores.
package enum ExplanationGet: Request {
  package static let method = "explanation/get"
  package static let lane = Lane.index

  package struct Params: Codable, Sendable, Equatable {
    /// An open index's name, or a file's absolute path; absent: the only one that is open.
    package var index: String?
    package var latent: Int
    /// Whether questions and answers as they were are sent, too; absent: no.
    package var records: Bool?

    package init(index: String? = nil, latent: Int, records: Bool? = nil) {
      self.index = index
      self.latent = latent
      self.records = records
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      index = try members.decodeIfPresent(String.self, forKey: .index)
      latent = try members.integer(.latent, in: 0...Int.max)
      records = try members.decodeIfPresent(Bool.self, forKey: .records)
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    package var items: [Explanation]
    /// What the latent is called: its newest explanation that is one.
    package var label: String?

    package init(items: [Explanation], label: String? = nil) {
      self.items = items
      self.label = label
    }
  }
}
