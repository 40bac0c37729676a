// Written by protocol/generator from protocol/openrpc.json.

import JSONRPC

extension LatentSelection {
  package enum Order: String, WireName {
    /// The latents that are active anywhere, rising.
    case latent
    case frequency
    case max
  }

  package struct Top: Codable, Sendable, Equatable {
    package var by: Order
    package var count: Int
    /// Absent: the first.
    package var offset: Int?

    package init(by: Order, count: Int, offset: Int? = nil) {
      self.by = by
      self.count = count
      self.offset = offset
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      by = try members.decode(Order.self, forKey: .by)
      count = try members.integer(.count, in: 0...2_147_483_647)
      offset = try members.optionalInteger(.offset, in: 0...2_147_483_647)
    }
  }
}
