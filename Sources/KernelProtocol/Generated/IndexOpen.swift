// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Opens a feature index for reading; where sae is given, one that was built for another
/// autoencoder is refused.
package enum IndexOpen: Request {
  package static let method = "index/open"
  package static let lane = Lane.engine

  package struct Params: Codable, Sendable, Equatable {
    /// The index's file, absolute.
    package var path: String
    /// The autoencoder it is to belong to; absent: the loaded one that it was built for, if there
    /// is one.
    package var sae: String?
    /// Whether the whole file is looked through for damage first; absent: no.
    package var check: Bool?

    package init(path: String, sae: String? = nil, check: Bool? = nil) {
      self.path = path
      self.sae = sae
      self.check = check
    }
  }

  package typealias Result = IndexDescription
}
