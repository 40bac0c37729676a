// Written by protocol/generator from protocol/openrpc.json.

package import JSON
package import JSONRPC

/// Finishes or cancels what is open and takes no more requests. Answered with null, after every
/// open request.
package enum Shutdown: Request {
  package static let method = "shutdown"
  package static let lane = Lane.immediate

  package typealias Params = Empty

  package typealias Result = JSONValue
}
