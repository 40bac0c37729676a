package import JSONRPC

/// What one client speaks to: it answers requests and knows the connection that they come by.
package protocol ClientSession: RequestHandler {
  /// Gives the connection that it serves, before that runs.
  func attach(_ connection: Connection)
}
