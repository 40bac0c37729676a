// Written by protocol/generator from protocol/openrpc.json.

/// Positions start ..< end of the expanded sequence, in which every image token counts.
package struct Span: Codable, Sendable, Hashable {
  package var start: Int
  package var end: Int

  package init(start: Int, end: Int) {
    self.start = start
    self.end = end
  }

  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    start = try members.integer(.start, in: 0...Int.max)
    end = try members.integer(.end, in: start...Int.max)
  }
}
