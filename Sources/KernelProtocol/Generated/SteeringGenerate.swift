// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Continues a context with interventions, beside the same without them.
package enum SteeringGenerate: Request {
  package static let method = "steering/generate"
  package static let lane = Lane.engine
  package static let isLong = true
  package static let partialResults: String? = "tokens"

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
    package var maxTokens: Int
    /// 0 or absent: greedy, ties to the lowest id.
    package var temperature: Double?
    package var topP: Double?
    package var seed: UInt64?
    /// Texts that end the generation.
    package var stop: [String]?
    /// A recipe's file, absolute, whose changes are made before the interventions given.
    package var recipe: String?
    package var splice: Splice?
    package var compareWith: [Comparison]?

    package init(
      context: String, version: Int? = nil, sae: String, interventions: [Intervention],
      maxTokens: Int, temperature: Double? = nil, topP: Double? = nil, seed: UInt64? = nil,
      stop: [String]? = nil, recipe: String? = nil, splice: Splice? = nil,
      compareWith: [Comparison]? = nil
    ) {
      self.context = context
      self.version = version
      self.sae = sae
      self.interventions = interventions
      self.maxTokens = maxTokens
      self.temperature = temperature
      self.topP = topP
      self.seed = seed
      self.stop = stop
      self.recipe = recipe
      self.splice = splice
      self.compareWith = compareWith
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      context = try members.decode(String.self, forKey: .context)
      version = try members.optionalInteger(.version, in: 1...Int.max)
      sae = try members.decode(String.self, forKey: .sae)
      interventions = try members.decode([Intervention].self, forKey: .interventions)
      maxTokens = try members.integer(.maxTokens, in: 0...Int.max)
      temperature = try members.optionalNumber(.temperature, in: 0...1_000_000)
      topP = try members.optionalNumber(.topP, in: 0...1)
      seed = try members.decodeIfPresent(UInt64.self, forKey: .seed)
      stop = try members.decodeIfPresent([String].self, forKey: .stop)
      recipe = try members.decodeIfPresent(String.self, forKey: .recipe)
      splice = try members.decodeIfPresent(Splice.self, forKey: .splice)
      compareWith = try members.decodeIfPresent([Comparison].self, forKey: .compareWith)
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    package var outputs: [Output]
    package var effect: Effect
    /// Of several autoencoders together: a position counts once for each that changed it.
    package var receipt: Receipt
    /// With several autoencoders: of each, sae first, then in the order of the interventions.
    package var receipts: [SpliceReceipt]?

    package init(
      outputs: [Output], effect: Effect, receipt: Receipt, receipts: [SpliceReceipt]? = nil
    ) {
      self.outputs = outputs
      self.effect = effect
      self.receipt = receipt
      self.receipts = receipts
    }
  }

  package enum Comparison: String, WireName {
    /// The model as it is.
    case plain
    /// On the autoencoder's reconstruction x̂ at every position, without the interventions,
    /// whatever the splice.
    case reconstruction
  }

  package struct Effect: Codable, Sendable, Equatable {
    /// KL(plain ‖ steered) in nats of the distributions that predict each token of the steered
    /// text.
    package var klPerToken: WireNumbers

    package init(klPerToken: WireNumbers) {
      self.klPerToken = klPerToken
    }
  }

  package struct Output: Codable, Sendable, Equatable {
    package var name: OutputName
    package var text: String
    package var tokens: [GeneratedToken]
    package var finish: Finish

    package init(name: OutputName, text: String, tokens: [GeneratedToken], finish: Finish) {
      self.name = name
      self.text = text
      self.tokens = tokens
      self.finish = finish
    }
  }

  package enum OutputName: String, WireName {
    case steered
    case plain
    case reconstruction
  }

  /// What was really done.
  package struct Receipt: Codable, Sendable, Equatable {
    /// Forward passes in which an intervention changed the stream: the prompt is one, each
    /// generated token that is read another.
    package var steps: Int
    /// Positions at which an intervention changed the stream. The error term that a splice drops is
    /// no change.
    package var positions: Int
    /// Mean length of decode(z′) − decode(z) over these positions; 0 where there are none.
    package var meanNorm: Double
    /// Activations, each of a latent at a position, that were asked for and that top-k left out.
    package var dropped: Int

    package init(steps: Int, positions: Int, meanNorm: Double, dropped: Int) {
      self.steps = steps
      self.positions = positions
      self.meanNorm = meanNorm
      self.dropped = dropped
    }
  }
}
