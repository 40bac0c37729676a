// Written by protocol/generator from protocol/openrpc.json.

package import JSON
package import JSONRPC

/// This document.
package enum Discover: Request {
  package static let method = "rpc.discover"
  package static let lane = Lane.control

  package typealias Params = Empty

  package typealias Result = JSONValue
}
