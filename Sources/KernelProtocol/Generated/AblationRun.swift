// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// What happens to targets when latents are changed.
package enum AblationRun: Request {
  package static let method = "ablation/run"
  package static let lane = Lane.engine
  package static let isLong = true

  package struct Params: ContextParams, Equatable {
    package var context: String
    /// Where given, the context must be at this version, else contextVersionMismatch.
    package var version: Int?
    /// The autoencoder that is spliced in; interventions may name others of the model, which are
    /// spliced into the same run.
    package var sae: String
    /// Several autoencoders' are met in the order of the places at which they write; each code is
    /// that of the run as the earlier ones have changed it.
    package var interventions: [Intervention]
    package var targets: [Target]
    package var splice: Splice?
    /// Changed tokens to list; absent: 10.
    package var topK: Int?

    package init(
      context: String, version: Int? = nil, sae: String, interventions: [Intervention],
      targets: [Target], splice: Splice? = nil, topK: Int? = nil
    ) {
      self.context = context
      self.version = version
      self.sae = sae
      self.interventions = interventions
      self.targets = targets
      self.splice = splice
      self.topK = topK
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      context = try members.decode(String.self, forKey: .context)
      version = try members.optionalInteger(.version, in: 1...Int.max)
      sae = try members.decode(String.self, forKey: .sae)
      interventions = try members.decode([Intervention].self, forKey: .interventions)
      targets = try members.decode([Target].self, forKey: .targets)
      splice = try members.decodeIfPresent(Splice.self, forKey: .splice)
      topK = try members.optionalInteger(.topK, in: 0...Int.max)
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    /// In the order asked.
    package var targets: [TargetValues]
    /// The tokens whose probability at the last position changes most.
    package var topChanges: [Change]
    /// KL(before ‖ after) at the last position, in nats.
    package var kl: Double
    /// With several autoencoders: what was done of each to the run on the context itself, sae
    /// first, then in the order of the interventions.
    package var receipts: [SpliceReceipt]?

    package init(
      targets: [TargetValues], topChanges: [Change], kl: Double, receipts: [SpliceReceipt]? = nil
    ) {
      self.targets = targets
      self.topChanges = topChanges
      self.kl = kl
      self.receipts = receipts
    }
  }

  package struct Change: Codable, Sendable, Equatable {
    package var token: Int
    package var text: String
    /// Probability.
    package var before: Double
    package var after: Double

    package init(token: Int, text: String, before: Double, after: Double) {
      self.token = token
      self.text = text
      self.before = before
      self.after = after
    }
  }

  package struct TargetValues: Codable, Sendable, Equatable {
    /// The model as it is.
    package var before: Double
    /// On the autoencoder's reconstruction x̂ at every position, without the interventions,
    /// whatever the splice.
    package var reconstruction: Double
    /// With the splice and the interventions.
    package var after: Double

    package init(before: Double, reconstruction: Double, after: Double) {
      self.before = before
      self.reconstruction = reconstruction
      self.after = after
    }
  }
}
