// Written by protocol/generator from protocol/openrpc.json.

/// A latent of a loaded autoencoder.
package struct FeatureRef: Codable, Sendable, Hashable {
  package var sae: String
  package var index: Int

  package init(sae: String, index: Int) {
    self.sae = sae
    self.index = index
  }

  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    sae = try members.decode(String.self, forKey: .sae)
    index = try members.integer(.index, in: 0...Int.max)
  }
}
