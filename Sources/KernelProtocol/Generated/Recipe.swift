// Written by protocol/generator from protocol/openrpc.json.

/// Changes of features as a file: what steering/search writes, and context/generate,
/// steering/generate, evaluation/run and serve --recipe apply, with the model and the autoencoder
/// that they were made for alone.
package struct Recipe: Codable, Sendable, Equatable {
  package var format: String
  package var version: Int
  package var name: String
  /// SHA-256 that stands for the model's content, as index/info tells it.
  package var modelDigest: String
  /// The same of the autoencoder.
  package var saeDigest: String
  package var site: String
  package var interventions: [Change]
  package var splice: Splice?
  /// What the search found; absent in a recipe written by hand.
  package var evidence: SteeringSearch.Evidence?

  package init(
    format: String, version: Int, name: String, modelDigest: String, saeDigest: String,
    site: String, interventions: [Change], splice: Splice? = nil,
    evidence: SteeringSearch.Evidence? = nil
  ) {
    self.format = format
    self.version = version
    self.name = name
    self.modelDigest = modelDigest
    self.saeDigest = saeDigest
    self.site = site
    self.interventions = interventions
    self.splice = splice
    self.evidence = evidence
  }

  package struct Change: Codable, Sendable, Equatable {
    package var op: Intervention.Operation
    package var feature: Int
    /// Required by every op but zero.
    package var value: Double?
    /// Absent: every position of the prompt. The part question stands for the texts of a prompt
    /// that has no part of that name.
    package var at: [Region]?
    package var generated: Bool?

    package init(
      op: Intervention.Operation, feature: Int, value: Double? = nil, at: [Region]? = nil,
      generated: Bool? = nil
    ) {
      self.op = op
      self.feature = feature
      self.value = value
      self.at = at
      self.generated = generated
    }
  }
}
