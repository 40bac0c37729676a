// Written by protocol/generator from protocol/openrpc.json.

import JSONRPC

package enum ExplanationState: String, WireName {
  case explained
  /// the explainer looked and found nothing in common.
  case uninterpretable
  /// there was no answer, it may be tried again.
  case failed
}
