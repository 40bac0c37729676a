// Written by protocol/generator from protocol/openrpc.json.

import JSONRPC

extension ActivationThreshold {
  package enum Measure: String, WireName {
    /// A quantile of the latent's activations where it is active.
    case quantile
    /// A share of its largest.
    case peak
  }
}
