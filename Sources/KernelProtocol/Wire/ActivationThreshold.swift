import JSONRPC

/// From which activation on a position counts as active.
package struct ActivationThreshold: Codable, Sendable, Equatable {
  package var by: Measure
  /// Shares from 0 to 1, of which the best is chosen for each latent; 0 counts every activity.
  package var at: [Double]

  package init(by: Measure, at: [Double]) {
    self.by = by
    self.at = at
  }

  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    by = try members.decode(Measure.self, forKey: .by)
    at = try members.nonEmpty(.at)
    guard at.count <= 16, at.allSatisfy({ (0...1).contains($0) }) else {
      throw decoder.wireMismatch(expected: "up to 16 shares from 0 to 1 in \"at\"")
    }
  }
}
