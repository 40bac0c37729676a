// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Names latents by the concepts whose masks their maps overlap (Network Dissection): a job.
///
/// Latent, threshold and concept are chosen on every other picture with and without the concept,
/// and measured on the rest. The job's result is an ExplanationDissect.Dissected. Without an index
/// nothing is written.
package enum ExplanationDissect: Request {
  package static let method = "explanation/dissect"
  package static let lane = Lane.control

  package struct Params: Codable, Sendable, Equatable {
    package var sae: String
    /// The concept set's JSON file, absolute: a list of {attribute, name, places: [{picture,
    /// values, mask?}]}, pictures and masks beside it; values are the grey levels of the picture's
    /// mask that are the concept.
    package var concepts: String
    /// The index's file, absolute.
    package var index: String?
    /// Absent: tiles.
    package var view: String?
    /// Absent: quantiles 0, 0.5 and 0.8.
    package var threshold: ActivationThreshold?
    /// How the pictures are run; absent: the picture alone.
    package var prompt: ConceptPrompt?
    /// The least IoU on the measuring half of the pictures; absent: 0.04.
    package var minimumIoU: Double?
    /// How many times a random latent's IoU it must be; absent: 5.
    package var minimumRatio: Double?

    package init(
      sae: String, concepts: String, index: String? = nil, view: String? = nil,
      threshold: ActivationThreshold? = nil, prompt: ConceptPrompt? = nil,
      minimumIoU: Double? = nil, minimumRatio: Double? = nil
    ) {
      self.sae = sae
      self.concepts = concepts
      self.index = index
      self.view = view
      self.threshold = threshold
      self.prompt = prompt
      self.minimumIoU = minimumIoU
      self.minimumRatio = minimumRatio
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      sae = try members.decode(String.self, forKey: .sae)
      concepts = try members.decode(String.self, forKey: .concepts)
      index = try members.decodeIfPresent(String.self, forKey: .index)
      view = try members.decodeIfPresent(String.self, forKey: .view)
      threshold = try members.decodeIfPresent(ActivationThreshold.self, forKey: .threshold)
      prompt = try members.decodeIfPresent(ConceptPrompt.self, forKey: .prompt)
      minimumIoU = try members.optionalNumber(.minimumIoU, in: 0...1)
      minimumRatio = try members.optionalNumber(.minimumRatio, in: 0...1_000_000_000)
    }
  }

  package typealias Result = JobStarted

  /// The result of a job of explanation/dissect.
  package struct Dissected: Codable, Sendable, Equatable {
    package var pictures: Int
    /// Latents that are active somewhere in the set.
    package var activeLatents: Int
    /// Latents named by a concept.
    package var namedLatents: Int
    /// The share of active latents without a name.
    package var unnamedShare: Double
    /// Concepts that can be measured, in two pictures or more.
    package var measuredConcepts: Int
    /// Of these, those with a latent that meets the minimum.
    package var foundConcepts: Int
    /// Each concept's best latent.
    package var concepts: [Found]

    package init(
      pictures: Int, activeLatents: Int, namedLatents: Int, unnamedShare: Double,
      measuredConcepts: Int, foundConcepts: Int, concepts: [Found]
    ) {
      self.pictures = pictures
      self.activeLatents = activeLatents
      self.namedLatents = namedLatents
      self.unnamedShare = unnamedShare
      self.measuredConcepts = measuredConcepts
      self.foundConcepts = foundConcepts
      self.concepts = concepts
    }
  }

  /// A concept and the latent that is best on one half of the pictures, measured on the other.
  package struct Found: Codable, Sendable, Equatable {
    package var concept: String
    package var latent: Int
    package var threshold: Double
    package var iou: Double
    /// The mean over all active latents at the same threshold.
    package var baseline: Double

    package init(concept: String, latent: Int, threshold: Double, iou: Double, baseline: Double) {
      self.concept = concept
      self.latent = latent
      self.threshold = threshold
      self.iou = iou
      self.baseline = baseline
    }
  }
}
