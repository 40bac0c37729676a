// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Lets go of an index.
package enum IndexClose: Request {
  package static let method = "index/close"
  package static let lane = Lane.index

  package struct Params: Codable, Sendable, Equatable {
    package var index: String

    package init(index: String) {
      self.index = index
    }
  }

  package typealias Result = Empty
}
