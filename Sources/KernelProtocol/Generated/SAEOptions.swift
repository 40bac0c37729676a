// Written by protocol/generator from protocol/openrpc.json.

import JSONRPC

/// What an autoencoder's files may leave open, as in sae/load.
package struct SAEOptions: Codable, Sendable, Equatable {
  /// Where it reads the model; it overrides what the files say.
  package var site: String?
  /// Latents active at a token.
  package var k: Int?
  /// What activations are multiplied by before they are encoded.
  package var inputScale: Double?
  /// Which latents are active.
  package var activation: Activation?

  package init(
    site: String? = nil, k: Int? = nil, inputScale: Double? = nil, activation: Activation? = nil
  ) {
    self.site = site
    self.k = k
    self.inputScale = inputScale
    self.activation = activation
  }

  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    site = try members.decodeIfPresent(String.self, forKey: .site)
    k = try members.optionalInteger(.k, in: 1...Int.max)
    inputScale = try members.decodeIfPresent(Double.self, forKey: .inputScale)
    activation = try members.decodeIfPresent(Activation.self, forKey: .activation)
  }

  package enum Activation: String, WireName {
    case topk
    case relu
    case jumprelu
    case signedTopk = "signed-topk"
  }
}
