// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Adds what somebody says of a latent as its newest revision.
package enum ExplanationPut: Request {
  package static let method = "explanation/put"
  package static let lane = Lane.index

  package struct Params: Codable, Sendable, Equatable {
    /// An open index's name, or a file's absolute path; absent: the only one that this client
    /// opened, or the kernel's --index. The one that came with the program is refused.
    package var index: String?
    package var latent: Int
    /// Absent or empty where the latent is uninterpretable.
    package var text: String?
    /// Absent: explained.
    package var state: ExplanationState?
    package var author: Explanation.Author
    /// Absent: manual.
    package var method: String?
    package var evidence: [String]?
    /// The kind of concept that it names, such as scene, object, part, material, texture or colour.
    package var concept: String?

    package init(
      index: String? = nil, latent: Int, text: String? = nil, state: ExplanationState? = nil,
      author: Explanation.Author, method: String? = nil, evidence: [String]? = nil,
      concept: String? = nil
    ) {
      self.index = index
      self.latent = latent
      self.text = text
      self.state = state
      self.author = author
      self.method = method
      self.evidence = evidence
      self.concept = concept
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      index = try members.decodeIfPresent(String.self, forKey: .index)
      latent = try members.integer(.latent, in: 0...Int.max)
      text = try members.decodeIfPresent(String.self, forKey: .text)
      state = try members.decodeIfPresent(ExplanationState.self, forKey: .state)
      author = try members.decode(Explanation.Author.self, forKey: .author)
      method = try members.decodeIfPresent(String.self, forKey: .method)
      evidence = try members.decodeIfPresent([String].self, forKey: .evidence)
      concept = try members.decodeIfPresent(String.self, forKey: .concept)
    }
  }

  package typealias Result = Explanation
}
