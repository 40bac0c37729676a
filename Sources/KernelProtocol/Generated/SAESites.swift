// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// The places of a model that an autoencoder can be of, and for those where it cannot why.
package enum SAESites: Request {
  package static let method = "sae/sites"
  package static let lane = Lane.engine

  package struct Params: Codable, Sendable, Equatable {
    /// Absent: the model loaded last.
    package var model: String?

    package init(model: String? = nil) {
      self.model = model
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    package var model: String
    package var blocks: Int
    /// Layers of the vision tower, blocks' places in the order in which a run meets them, then
    /// transcoders, then places that are known and not served.
    package var sites: [Place]

    package init(model: String, blocks: Int, sites: [Place]) {
      self.model = model
      self.blocks = blocks
      self.sites = sites
    }
  }

  package struct Place: Codable, Sendable, Equatable {
    /// Its name, N the number of the block, or of the tower's layer; of a place that has none here
    /// what it is.
    package var site: String
    /// The first block, or layer of the tower, that has it.
    package var first: Int?
    package var last: Int?
    /// Numbers a position; of a transcoder, those that it reads.
    package var width: Int?
    /// What libraries call the same tensor on this model.
    package var names: [String]
    /// Whether an autoencoder of it can be loaded.
    package var isServed: Bool
    /// Why it cannot.
    package var reason: String?

    package init(
      site: String, first: Int? = nil, last: Int? = nil, width: Int? = nil, names: [String],
      isServed: Bool, reason: String? = nil
    ) {
      self.site = site
      self.first = first
      self.last = last
      self.width = width
      self.names = names
      self.isServed = isServed
      self.reason = reason
    }
  }
}
