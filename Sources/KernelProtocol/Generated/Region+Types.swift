// Written by protocol/generator from protocol/openrpc.json.

import JSONRPC

extension Region {
  /// How an image token sees its image: whole and small, or one tile of it in full.
  package enum View: String, WireName {
    case base
    case tiles
  }
}
