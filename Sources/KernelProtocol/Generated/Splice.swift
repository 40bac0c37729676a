// Written by protocol/generator from protocol/openrpc.json.

import JSONRPC

/// How an autoencoder is put into the residual stream.
package struct Splice: Codable, Sendable, Equatable {
  /// Whether the stream keeps what the autoencoder does not explain.
  package var errorTerm: ErrorTerm?
  /// Whether interventions change the pre-activations, top-k being taken again.
  package var reselect: Reselect?

  package init(errorTerm: ErrorTerm? = nil, reselect: Reselect? = nil) {
    self.errorTerm = errorTerm
    self.reselect = reselect
  }

  package enum ErrorTerm: String, WireName {
    /// The stream keeps what the autoencoder does not explain.
    case keep
    /// The stream is the autoencoder's reconstruction.
    case drop
  }

  package enum Reselect: String, WireName {
    /// Interventions change the code after top-k.
    case none
    /// Interventions change the pre-activations, and top-k is taken again.
    case topk
  }
}
