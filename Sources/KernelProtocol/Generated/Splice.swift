import JSONRPC

/// How an autoencoder is put into the model's residual stream. Absent members mean `keep` and `none`.
package struct Splice: Codable, Sendable, Equatable {
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

  package var errorTerm: ErrorTerm?
  package var reselect: Reselect?

  package init(errorTerm: ErrorTerm? = nil, reselect: Reselect? = nil) {
    self.errorTerm = errorTerm
    self.reselect = reselect
  }
}
