// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Makes one index of several that hold parts of one corpus: a job that needs no model.
///
/// The job's result is an IndexMerge.Merged.
package enum IndexMerge: Request {
  package static let method = "index/merge"
  package static let lane = Lane.control

  package struct Params: Codable, Sendable, Equatable {
    /// The new index's file, absolute.
    package var path: String
    /// The shards' files, absolute.
    package var inputs: [String]

    package init(path: String, inputs: [String]) {
      self.path = path
      self.inputs = inputs
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      path = try members.decode(String.self, forKey: .path)
      inputs = try members.nonEmpty(.inputs)
    }
  }

  package typealias Result = JobStarted

  /// The result of a job of index/merge.
  package struct Merged: Codable, Sendable, Equatable {
    package var path: String
    package var items: Int
    /// SHA-256 of what the index says, whatever the order in which it was learnt.
    package var contentDigest: String

    package init(path: String, items: Int, contentDigest: String) {
      self.path = path
      self.items = items
      self.contentDigest = contentDigest
    }
  }
}
