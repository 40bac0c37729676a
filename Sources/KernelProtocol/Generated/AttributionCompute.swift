package import JSONRPC

/// How much each active latent supports a target, what the parts of the prompt contribute, and whether the
/// answer can be relied on.
///
/// A positive score supports the answer: by the method asked for, the fall of the target when the latent is
/// set to zero there. Shares of parts are measured, not summed from scores.
package enum AttributionCompute: Request {
  package static let method = "attribution/compute"
  package static let lane = Lane.engine
  package static let isLong = true
  package static let partialResults: String? = "items"

  package struct Params: ContextParams, Equatable {
    package var context: String
    /// Where given, the context must be at this version, else `contextVersionMismatch`.
    package var version: Int?
    package var sae: String
    package var target: Target
    /// Absent: `gradient`; `heldNorms` for tokens, and for what is rendered.
    package var method: Method?
    /// Points of `integratedGradients`; absent: 16.
    package var steps: Int?
    /// Absent: the whole context.
    package var region: Region?
    /// Items to list; absent: 20.
    package var topK: Int?
    /// Absent: `none`.
    package var aggregate: Aggregate?
    package var splice: Splice?
    /// How the parts' shares are measured; absent: by ablation, where the budget allows it.
    package var parts: PartsRequest?
    /// n: the n strongest items, the n strongest of a second method and n others drawn at random are measured by
    /// exact ablation. Absent: 8, or as many as the budget allows.
    package var verify: Int?
    /// Of what is drawn at random; absent: 0.
    package var seed: Int?
    /// The most runs of the blocks above the site for parts and verification; absent: by the model's size.
    package var budget: Int?
    /// Whether each item's score is told for every token of the target, too.
    package var perToken: Bool?
    package var render: Render?

    package init(
      context: String, version: Int? = nil, sae: String, target: Target, method: Method? = nil,
      steps: Int? = nil, region: Region? = nil, topK: Int? = nil, aggregate: Aggregate? = nil,
      splice: Splice? = nil, parts: PartsRequest? = nil, verify: Int? = nil, seed: Int? = nil,
      budget: Int? = nil, perToken: Bool? = nil, render: Render? = nil
    ) {
      self.context = context
      self.version = version
      self.sae = sae
      self.target = target
      self.method = method
      self.steps = steps
      self.region = region
      self.topK = topK
      self.aggregate = aggregate
      self.splice = splice
      self.parts = parts
      self.verify = verify
      self.seed = seed
      self.budget = budget
      self.perToken = perToken
      self.render = render
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      context = try members.decode(String.self, forKey: .context)
      version = try members.optionalInteger(.version, in: Bounds.size)
      sae = try members.decode(String.self, forKey: .sae)
      target = try members.decode(Target.self, forKey: .target)
      method = try members.decodeIfPresent(Method.self, forKey: .method)
      steps = try members.optionalInteger(.steps, in: Bounds.size)
      region = try members.decodeIfPresent(Region.self, forKey: .region)
      topK = try members.optionalInteger(.topK, in: Bounds.count)
      aggregate = try members.decodeIfPresent(Aggregate.self, forKey: .aggregate)
      splice = try members.decodeIfPresent(Splice.self, forKey: .splice)
      parts = try members.decodeIfPresent(PartsRequest.self, forKey: .parts)
      verify = try members.optionalInteger(.verify, in: Bounds.count)
      seed = try members.optionalInteger(.seed, in: Bounds.count)
      budget = try members.optionalInteger(.budget, in: Bounds.count)
      perToken = try members.decodeIfPresent(Bool.self, forKey: .perToken)
      render = try members.decodeIfPresent(Render.self, forKey: .render)
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    package var target: TargetValue
    /// Largest magnitude first, by what was measured where it was, else by the score: those that oppose the answer
    /// stand beside those that support it.
    package var items: [Item]
    /// What each part contributes; empty where it was not measured.
    package var byPart: [PartScore]
    /// The line that closes; with `byPart`.
    package var identity: Identity?
    /// With a method of one pullback.
    package var completeness: Completeness?
    package var verification: Verification?
    package var explanation: Explanation
    package var renderings: [Rendering]?
    package var method: Method
    package var splice: Splice
    /// Seconds.
    package var elapsed: Double
    /// With method `ablation`: how many candidates were measured.
    package var coverage: Coverage?
    /// With method `integratedGradients`: the target's fall between the two ends of the path.
    package var endpointDifference: Double?
    /// With method `integratedGradients`: what the sum of the region's scores leaves of it.
    package var remainder: Double?
    /// With `perToken`.
    package var table: TokenTable?

    package init(
      target: TargetValue, items: [Item], byPart: [PartScore], identity: Identity? = nil,
      completeness: Completeness? = nil, verification: Verification? = nil,
      explanation: Explanation, renderings: [Rendering]? = nil, method: Method, splice: Splice,
      elapsed: Double, coverage: Coverage? = nil, endpointDifference: Double? = nil,
      remainder: Double? = nil, table: TokenTable? = nil
    ) {
      self.target = target
      self.items = items
      self.byPart = byPart
      self.identity = identity
      self.completeness = completeness
      self.verification = verification
      self.explanation = explanation
      self.renderings = renderings
      self.method = method
      self.splice = splice
      self.elapsed = elapsed
      self.coverage = coverage
      self.endpointDifference = endpointDifference
      self.remainder = remainder
      self.table = table
    }
  }

  package enum Method: String, WireName {
    /// Activation times gradient: one pullback.
    case gradient
    /// The same with norms' scales held constant on the way back.
    case heldNorms
    /// A conserving pullback, in the line of layer-wise relevance propagation: the shares add up to the target.
    case relevance
    /// The gradient averaged on the way from no latent to all.
    case integratedGradients
    /// The rest of the model run again without each latent.
    case ablation
  }

  /// What scores are added up over.
  package enum Aggregate: String, WireName { case none, feature, token, part }

  /// What is summed over is absent.
  package struct Item: Codable, Sendable, Equatable {
    package var feature: FeatureRef?
    package var position: Int?
    package var part: String?
    package var activation: Double?
    /// By the method asked for.
    package var score: Double
    /// The exact fall, where it was measured.
    package var measured: Double?

    package init(
      feature: FeatureRef? = nil, position: Int? = nil, part: String? = nil,
      activation: Double? = nil, score: Double, measured: Double? = nil
    ) {
      self.feature = feature
      self.position = position
      self.part = part
      self.activation = activation
      self.score = score
      self.measured = measured
    }
  }

  /// How much of a question exact ablation answered; candidates with the smallest gradient scores are
  /// left out first.
  package struct Coverage: Codable, Sendable, Equatable {
    package var measured: Int
    package var candidates: Int

    package init(measured: Int, candidates: Int) {
      self.measured = measured
      self.candidates = candidates
    }
  }

  /// The shares of total = Σ x·g, g by the method's rule: latents, biases, the autoencoder's error; and what they
  /// leave of the target.
  package struct Completeness: Codable, Sendable, Equatable {
    /// Σ z·(W_dec·g) over every active latent at every position, before what re-selection would put in.
    package var sum: Double
    /// The decoder's bias; with `relevance` the biases of the projections above the site as well.
    package var bias: Double
    package var errorTerm: Double
    package var total: Double
    /// The target less the total.
    package var remainder: Double

    package init(sum: Double, bias: Double, errorTerm: Double, total: Double, remainder: Double) {
      self.sum = sum
      self.bias = bias
      self.errorTerm = errorTerm
      self.total = total
      self.remainder = remainder
    }
  }

  /// The answer in words. Sentences about causes are made from measured numbers alone.
  package struct Explanation: Codable, Sendable, Equatable {
    /// The target with its tokens spelt out.
    package var title: String
    package var sentences: [String]

    package init(title: String, sentences: [String]) {
      self.title = title
      self.sentences = sentences
    }
  }
}
