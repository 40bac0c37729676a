package import JSON
package import JSONRPC

/// Finishes or cancels what is open and takes no more requests. Answered by the connection.
package enum Shutdown: Request {
  package static let method = "shutdown"
  package static let lane = Lane.immediate

  package typealias Params = Empty
  package typealias Result = JSONValue
}
