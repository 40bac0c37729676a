// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// What an open index holds.
package enum IndexInfo: Request {
  package static let method = "index/info"
  package static let lane = Lane.index

  package struct Params: Codable, Sendable, Equatable {
    /// Absent: the only open index, or the one that the kernel was started with.
    package var index: String?

    package init(index: String? = nil) {
      self.index = index
    }
  }

  package typealias Result = IndexDescription
}
