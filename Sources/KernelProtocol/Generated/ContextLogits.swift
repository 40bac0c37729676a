// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// The likeliest next tokens after a position.
package enum ContextLogits: Request {
  package static let method = "context/logits"
  package static let lane = Lane.engine

  package struct Params: ContextParams, Equatable {
    package var context: String
    /// Where given, the context must be at this version, else contextVersionMismatch.
    package var version: Int?
    /// Absent or −1: the last.
    package var position: Int?
    /// May be the whole vocabulary.
    package var topK: Int

    package init(context: String, version: Int? = nil, position: Int? = nil, topK: Int) {
      self.context = context
      self.version = version
      self.position = position
      self.topK = topK
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      context = try members.decode(String.self, forKey: .context)
      version = try members.optionalInteger(.version, in: 1...Int.max)
      position = try members.optionalInteger(.position, in: -1...Int.max)
      topK = try members.integer(.topK, in: 0...Int.max)
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    /// By descending logit, ties by the lower id.
    package var items: [Item]

    package init(items: [Item]) {
      self.items = items
    }
  }

  package struct Item: Codable, Sendable, Equatable {
    package var token: Int
    package var text: String
    package var logit: Double
    package var logProb: Double

    package init(token: Int, text: String, logit: Double, logProb: Double) {
      self.token = token
      self.text = text
      self.logit = logit
      self.logProb = logProb
    }
  }
}
