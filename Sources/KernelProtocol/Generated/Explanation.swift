// Written by protocol/generator from protocol/openrpc.json.

package import JSON
import JSONRPC

/// One attempt to say what a latent stands for. Attempts are added, never changed.
package struct Explanation: Codable, Sendable, Equatable {
  package var id: Int
  package var latent: Int
  /// From 1, by latent.
  package var revision: Int
  package var state: ExplanationState
  /// The explanation, or what failed; empty where a latent is uninterpretable.
  package var text: String
  package var author: Author
  /// How it was made: manual, dissection, chat, resident, blank-picture, refine:rule, refine:chat,
  /// refine:resident.
  package var method: String
  /// What it rests on, such as digests of items.
  package var evidence: [String]
  /// Seconds since 1970.
  package var created: Double
  package var scores: [Score]
  /// The kind of concept that it names, such as scene, object, part, material, texture or colour;
  /// absent where nobody said.
  package var concept: String?
  /// The id of the explanation that it is a shorter form of.
  package var refines: Int?
  /// Question and answer as they were.
  package var record: String?
  /// The file of the index that it was written to; in explanation/put's answer alone.
  package var path: String?

  package init(
    id: Int, latent: Int, revision: Int, state: ExplanationState, text: String, author: Author,
    method: String, evidence: [String], created: Double, scores: [Score], concept: String? = nil,
    refines: Int? = nil, record: String? = nil, path: String? = nil
  ) {
    self.id = id
    self.latent = latent
    self.revision = revision
    self.state = state
    self.text = text
    self.author = author
    self.method = method
    self.evidence = evidence
    self.created = created
    self.scores = scores
    self.concept = concept
    self.refines = refines
    self.record = record
    self.path = path
  }

  package struct Author: Codable, Sendable, Equatable {
    package var kind: AuthorKind
    package var name: String

    package init(kind: AuthorKind, name: String) {
      self.kind = kind
      self.name = name
    }
  }

  package enum AuthorKind: String, WireName {
    case human
    case program
    case model
  }

  /// How well an explanation holds, by one measure.
  package struct Score: Codable, Sendable, Equatable {
    package var kind: String
    package var value: Double
    /// The same measure by chance.
    package var baseline: Double?
    /// The examples it rests on.
    package var count: Int
    /// Further figures.
    package var details: JSONValue?
    package var created: Double

    package init(
      kind: String, value: Double, baseline: Double? = nil, count: Int, details: JSONValue? = nil,
      created: Double
    ) {
      self.kind = kind
      self.value = value
      self.baseline = baseline
      self.count = count
      self.details = details
      self.created = created
    }
  }
}
