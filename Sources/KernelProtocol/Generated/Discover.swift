package import JSON
package import JSONRPC

/// The OpenRPC document of this protocol, `protocol/openrpc.json`.
package enum Discover: Request {
  package static let method = "rpc.discover"
  package static let lane = Lane.control

  package typealias Params = Empty
  package typealias Result = JSONValue
}
