// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Lets go of a context and its memory.
package enum ContextClose: Request {
  package static let method = "context/close"
  package static let lane = Lane.engine

  package struct Params: Codable, Sendable, Equatable {
    package var context: String

    package init(context: String) {
      self.context = context
    }
  }

  package typealias Result = Empty
}
