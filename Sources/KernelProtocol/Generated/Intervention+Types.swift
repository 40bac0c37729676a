// Written by protocol/generator from protocol/openrpc.json.

import JSONRPC

extension Intervention {
  package enum Operation: String, WireName {
    /// Set to value.
    case clamp
    /// Add value.
    case add
    /// Multiply by value.
    case scale
    /// Set to zero.
    case zero
  }
}
