// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// One self-contained HTML page of what an index knows of a latent.
package enum FeatureDashboard: Request {
  package static let method = "feature/dashboard"
  package static let lane = Lane.index

  package struct Params: Codable, Sendable, Equatable {
    package var feature: FeatureRef
    /// Absent: the index of the feature's autoencoder.
    package var index: String?
    /// Exemplars of each ranking of each view; absent: 12.
    package var topK: Int?
    /// The file to write, absolute; absent: the page comes with the result.
    package var path: String?

    package init(feature: FeatureRef, index: String? = nil, topK: Int? = nil, path: String? = nil) {
      self.feature = feature
      self.index = index
      self.topK = topK
      self.path = path
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      feature = try members.decode(FeatureRef.self, forKey: .feature)
      index = try members.decodeIfPresent(String.self, forKey: .index)
      topK = try members.optionalInteger(.topK, in: 1...100)
      path = try members.decodeIfPresent(String.self, forKey: .path)
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    package var index: String
    /// The page, where no file was asked for.
    package var html: String?
    /// The file that was written.
    package var path: String?
    /// Of the page.
    package var bytes: Int

    package init(index: String, html: String? = nil, path: String? = nil, bytes: Int) {
      self.index = index
      self.html = html
      self.path = path
      self.bytes = bytes
    }
  }
}
