// Written by protocol/generator from protocol/openrpc.json.

import JSONRPC

/// Why a generation ended.
package enum Finish: String, WireName {
  /// The model ended its turn or a stop text was reached.
  case stop
  /// maxTokens were written.
  case length
}
