// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Keeps with an index the tokens that decoder rows raise and lower, and the nearest rows: a job,
/// which continues where an earlier one ended.
///
/// The job's result is an IndexAnnotate.Annotated. It fails with indexStale on an index of another
/// model or autoencoder.
package enum IndexAnnotate: Request {
  package static let method = "index/annotate"
  package static let lane = Lane.control

  package struct Params: Codable, Sendable, Equatable {
    /// The index's file, absolute.
    package var index: String
    package var sae: String
    /// To each side; absent: 20.
    package var tokens: Int?
    /// Absent: 20.
    package var neighbours: Int?

    package init(index: String, sae: String, tokens: Int? = nil, neighbours: Int? = nil) {
      self.index = index
      self.sae = sae
      self.tokens = tokens
      self.neighbours = neighbours
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      index = try members.decode(String.self, forKey: .index)
      sae = try members.decode(String.self, forKey: .sae)
      tokens = try members.optionalInteger(.tokens, in: 1...1000)
      neighbours = try members.optionalInteger(.neighbours, in: 1...1000)
    }
  }

  package typealias Result = JobStarted

  /// The result of a job of index/annotate.
  package struct Annotated: Codable, Sendable, Equatable {
    /// Annotated now, and by earlier runs.
    package var latents: Int
    package var seconds: Double

    package init(latents: Int, seconds: Double) {
      self.latents = latents
      self.seconds = seconds
    }
  }
}
