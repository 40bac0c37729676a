// Written by protocol/generator from protocol/openrpc.json.

/// A token that the model wrote.
package struct GeneratedToken: Codable, Sendable, Equatable {
  package var id: Int
  package var text: String
  /// Under the distribution it was drawn from, before temperature.
  package var logProb: Double

  package init(id: Int, text: String, logProb: Double) {
    self.id = id
    self.text = text
    self.logProb = logProb
  }
}
