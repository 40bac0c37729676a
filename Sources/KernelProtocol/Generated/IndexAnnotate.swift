package import JSONRPC

/// Keeps with an index what the weights say of its latents: the tokens that their decoder rows raise and lower,
/// and the nearest rows. A job, which goes on where an earlier one ended.
package enum IndexAnnotate: Request {
  package static let method = "index/annotate"
  package static let lane = Lane.control

  package struct Params: Codable, Sendable, Equatable {
    /// The index's file, absolute.
    package var index: String
    package var sae: String
    /// Tokens to each side; absent: 20.
    package var tokens: Int?
    /// Absent: 20.
    package var neighbours: Int?

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      index = try members.decode(String.self, forKey: .index)
      sae = try members.decode(String.self, forKey: .sae)
      tokens = try members.optionalInteger(.tokens, in: 1...1000)
      neighbours = try members.optionalInteger(.neighbours, in: 1...1000)
    }
  }

  /// The job; its result is an `Annotated`.
  package typealias Result = JobStarted

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
