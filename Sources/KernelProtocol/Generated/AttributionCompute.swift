// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// How much each active latent supports a target, what the parts of the prompt contribute, and
/// whether that can be relied on.
///
/// A positive score supports the answer: by the method asked for, the fall of the target when the
/// latent is set to zero there. gradient is z·(W_dec·g) with g the target's gradient, right to
/// first order alone; the shares of parts are measured, by ablating all features of a part
/// together, and the scores of some features are checked by exact ablation. What was not asked for
/// is done within a budget of runs of the blocks above the site.
package enum AttributionCompute: Request {
  package static let method = "attribution/compute"
  package static let lane = Lane.engine
  package static let isLong = true
  package static let partialResults: String? = "items"

  package struct Params: ContextParams, Equatable {
    package var context: String
    /// Where given, the context must be at this version, else contextVersionMismatch.
    package var version: Int?
    /// The autoencoder whose features are scored; absent where saes names several.
    package var sae: String?
    /// Several autoencoders of the context's model, each once, whose features are ranked together
    /// after one backward pass; in the place of sae. Error terms are kept, and shares of parts are
    /// measured by occlusion alone. Where one site lies above another, the scores of both tell the
    /// same effect: they do not add up across autoencoders.
    package var saes: [String]?
    package var target: Target
    /// Absent: gradient; heldNorms for tokens, and for what is rendered.
    package var method: Method?
    /// Points of integratedGradients; absent: 16.
    package var steps: Int?
    /// Absent: the whole context.
    package var region: Region?
    /// Items to list; absent: 20.
    package var topK: Int?
    /// Absent: none.
    package var aggregate: Aggregate?
    package var splice: Splice?
    /// How the parts' shares are measured; absent: by ablation, where the budget allows it.
    package var parts: PartsRequest?
    /// n: the n strongest items, the n strongest of a second method and n others drawn at random
    /// are measured by exact ablation. Absent: 8, or as many as the budget allows.
    package var verify: Int?
    /// Of what is drawn at random; absent: 0.
    package var seed: Int?
    /// The most runs of the blocks above the site for parts and verification. Absent: what is cheap
    /// for the model's size, and no limit to what was asked for.
    package var budget: Int?
    /// Whether to give each item's score for every token of the target, too.
    package var perToken: Bool?
    package var render: Render?

    package init(
      context: String, version: Int? = nil, sae: String? = nil, saes: [String]? = nil,
      target: Target, method: Method? = nil, steps: Int? = nil, region: Region? = nil,
      topK: Int? = nil, aggregate: Aggregate? = nil, splice: Splice? = nil,
      parts: PartsRequest? = nil, verify: Int? = nil, seed: Int? = nil, budget: Int? = nil,
      perToken: Bool? = nil, render: Render? = nil
    ) {
      self.context = context
      self.version = version
      self.sae = sae
      self.saes = saes
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
      version = try members.optionalInteger(.version, in: 1...Int.max)
      sae = try members.decodeIfPresent(String.self, forKey: .sae)
      saes = members.contains(.saes) ? try members.nonEmpty(.saes) : nil
      target = try members.decode(Target.self, forKey: .target)
      method = try members.decodeIfPresent(Method.self, forKey: .method)
      steps = try members.optionalInteger(.steps, in: 1...Int.max)
      region = try members.decodeIfPresent(Region.self, forKey: .region)
      topK = try members.optionalInteger(.topK, in: 0...Int.max)
      aggregate = try members.decodeIfPresent(Aggregate.self, forKey: .aggregate)
      splice = try members.decodeIfPresent(Splice.self, forKey: .splice)
      parts = try members.decodeIfPresent(PartsRequest.self, forKey: .parts)
      verify = try members.optionalInteger(.verify, in: 0...Int.max)
      seed = try members.optionalInteger(.seed, in: 0...Int.max)
      budget = try members.optionalInteger(.budget, in: 0...Int.max)
      perToken = try members.decodeIfPresent(Bool.self, forKey: .perToken)
      render = try members.decodeIfPresent(Render.self, forKey: .render)
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    package var target: TargetValue
    /// Largest magnitude first, by what was measured where it was, else by the score: those that
    /// oppose the answer stand beside those that support it.
    package var items: [Item]
    /// What each part contributes; empty where it was not measured.
    package var byPart: [PartScore]
    /// The line that closes; with byPart.
    package var identity: Identity?
    /// With a method that makes one backward pass, of sae.
    package var completeness: Completeness?
    /// With saes: what is told of each, in their order.
    package var bySae: [OfSae]?
    package var verification: Verification?
    package var explanation: Explanation
    package var renderings: [Rendering]?
    package var method: Method
    package var splice: Splice
    /// Seconds.
    package var elapsed: Double
    /// With method ablation: how many candidates were measured. Beyond 4,096 those with the
    /// smallest gradient scores are not.
    package var coverage: Coverage?
    /// With method integratedGradients: the target's fall between the two ends of the path, which
    /// the region's scores approach as steps grow.
    package var endpointDifference: Double?
    /// With method integratedGradients: what the sum of the region's scores leaves of
    /// endpointDifference.
    package var remainder: Double?
    /// With perToken.
    package var table: TokenTable?

    package init(
      target: TargetValue, items: [Item], byPart: [PartScore], identity: Identity? = nil,
      completeness: Completeness? = nil, bySae: [OfSae]? = nil, verification: Verification? = nil,
      explanation: Explanation, renderings: [Rendering]? = nil, method: Method, splice: Splice,
      elapsed: Double, coverage: Coverage? = nil, endpointDifference: Double? = nil,
      remainder: Double? = nil, table: TokenTable? = nil
    ) {
      self.target = target
      self.items = items
      self.byPart = byPart
      self.identity = identity
      self.completeness = completeness
      self.bySae = bySae
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

  /// What scores are added up over.
  package enum Aggregate: String, WireName {
    case none
    case feature
    case token
    case part
  }

  /// The shares of total = Σ x·g, g by the method's rule, and what they leave of the target. With
  /// relevance nothing is left of a logit or a difference of two.
  package struct Completeness: Codable, Sendable, Equatable {
    /// Σ z·(W_dec·g) over every active latent at every position, before what re-selection would put
    /// in.
    package var sum: Double
    /// Of the decoder's bias; with relevance of the biases of the projections above the site as
    /// well, and of what Qwen3-VL adds between blocks above it.
    package var bias: Double
    /// Of what a transcoder's skip connection takes from its input; absent without one.
    package var skip: Double?
    /// Of what the autoencoder leaves out.
    package var errorTerm: Double
    /// Of what the residual stream holds beside what the autoencoder is of; absent where that is
    /// the stream itself.
    package var bypass: Double?
    package var total: Double
    /// The target less the total.
    package var remainder: Double

    package init(
      sum: Double, bias: Double, skip: Double? = nil, errorTerm: Double, bypass: Double? = nil,
      total: Double, remainder: Double
    ) {
      self.sum = sum
      self.bias = bias
      self.skip = skip
      self.errorTerm = errorTerm
      self.bypass = bypass
      self.total = total
      self.remainder = remainder
    }
  }

  /// How much of a question exact ablation answered.
  package struct Coverage: Codable, Sendable, Equatable {
    package var measured: Int
    package var candidates: Int

    package init(measured: Int, candidates: Int) {
      self.measured = measured
      self.candidates = candidates
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

  /// target = start + features + gap; features = Σ byPart + interaction; start = bias + errorTerm +
  /// elsewhere.
  package struct Identity: Codable, Sendable, Equatable {
    package var method: PartsMethod
    package var target: Double
    /// The value with all the parts' features at zero; for occlusion, with all parts hidden.
    package var start: Double
    /// What the parts do together.
    package var features: Double
    /// What they do together beyond what each does alone.
    package var interaction: Double
    /// What the autoencoder's error adds to the bias; absent for occlusion.
    package var errorTerm: Double?
    /// The value on the decoder's bias alone; absent for occlusion.
    package var bias: Double?
    /// What features outside of the parts add; absent where there are none.
    package var elsewhere: Double?
    /// Rounding where everything is measured; what a first-order sum misses otherwise.
    package var gap: Double
    /// Runs that it took.
    package var runs: Int

    package init(
      method: PartsMethod, target: Double, start: Double, features: Double, interaction: Double,
      errorTerm: Double? = nil, bias: Double? = nil, elsewhere: Double? = nil, gap: Double,
      runs: Int
    ) {
      self.method = method
      self.target = target
      self.start = start
      self.features = features
      self.interaction = interaction
      self.errorTerm = errorTerm
      self.bias = bias
      self.elsewhere = elsewhere
      self.gap = gap
      self.runs = runs
    }
  }

  package enum ImageStyle: String, WireName {
    /// Each token's pixels in one colour.
    case patches
    /// Interpolated between tokens.
    case smooth
  }

  /// What is summed over is absent.
  package struct Item: Codable, Sendable, Equatable {
    package var feature: FeatureRef?
    /// With saes, where no feature tells it: whose features are summed over.
    package var sae: String?
    package var position: Int?
    package var part: String?
    package var activation: Double?
    /// By the method asked for.
    package var score: Double
    /// The exact fall, where it was measured.
    package var measured: Double?

    package init(
      feature: FeatureRef? = nil, sae: String? = nil, position: Int? = nil, part: String? = nil,
      activation: Double? = nil, score: Double, measured: Double? = nil
    ) {
      self.feature = feature
      self.sae = sae
      self.position = position
      self.part = part
      self.activation = activation
      self.score = score
      self.measured = measured
    }
  }

  package struct Measured: Codable, Sendable, Equatable {
    /// Absent for all features of a token.
    package var feature: FeatureRef?
    /// With saes, where no feature tells it: whose features they are.
    package var sae: String?
    package var position: Int?
    package var predicted: Double
    package var measured: Double
    package var origin: Origin

    package init(
      feature: FeatureRef? = nil, sae: String? = nil, position: Int? = nil, predicted: Double,
      measured: Double, origin: Origin
    ) {
      self.feature = feature
      self.sae = sae
      self.position = position
      self.predicted = predicted
      self.measured = measured
      self.origin = origin
    }
  }

  package enum Method: String, WireName {
    /// Activation times gradient, one backward pass.
    case gradient
    /// The same with the scales of normalisations treated as constants in the backward pass.
    case heldNorms
    /// A conserving backward pass, as in layer-wise relevance propagation: the shares add up to the
    /// target.
    case relevance
    /// The gradient averaged on the way from no latent to all.
    case integratedGradients
    /// The rest of the model run again without each latent.
    case ablation
  }

  package struct NamedRegion: Codable, Sendable, Equatable {
    /// Absent: as the region reads.
    package var name: String?
    package var region: Region

    package init(name: String? = nil, region: Region) {
      self.name = name
      self.region = region
    }
  }

  /// What is told of one of several autoencoders.
  package struct OfSae: Codable, Sendable, Equatable {
    package var sae: String
    /// With a method that makes one backward pass; each closes by itself.
    package var completeness: Completeness?

    package init(sae: String, completeness: Completeness? = nil) {
      self.sae = sae
      self.completeness = completeness
    }
  }

  package enum Origin: String, WireName {
    /// Among the strongest by the method asked for.
    case strongest
    /// Among the strongest by a second method.
    case secondMethod
    /// Drawn from the other active ones.
    case random
  }

  package struct PartScore: Codable, Sendable, Equatable {
    package var part: String
    package var score: Double
    /// How many (position, latent) pairs are active in it; absent for occlusion.
    package var active: Int?

    package init(part: String, score: Double, active: Int? = nil) {
      self.part = part
      self.score = score
      self.active = active
    }
  }

  package enum PartsMethod: String, WireName {
    /// The target's fall when all of a part's features go to zero together.
    case ablation
    /// Shapley values over at most six regions, exact: 2ⁿ runs.
    case shapley
    /// The sum of first-order scores, a tangent and no measurement.
    case sum
    /// The input itself changed: pixels painted with the picture's mean colour, words replaced.
    case occlusion
    /// Not at all.
    case none
  }

  /// How the shares of parts are measured.
  package struct PartsRequest: Codable, Sendable, Equatable {
    /// Absent: ablation.
    package var method: PartsMethod?
    /// Absent: the context's parts, the template's tokens and what was generated.
    package var regions: [NamedRegion]?
    /// For occlusion: the token that replaces the tokens of a text; absent: a space.
    package var replacement: TokenSpec?

    package init(
      method: PartsMethod? = nil, regions: [NamedRegion]? = nil, replacement: TokenSpec? = nil
    ) {
      self.method = method
      self.regions = regions
      self.replacement = replacement
    }
  }

  /// Pictures to draw; an absent member means none.
  package struct Render: Codable, Sendable, Equatable {
    /// A heat map over each image, as PNG.
    package var image: ImageStyle?
    /// A strip of the text's tokens.
    package var text: TextStyle?

    package init(image: ImageStyle? = nil, text: TextStyle? = nil) {
      self.image = image
      self.text = text
    }
  }

  package struct Rendering: Codable, Sendable, Equatable {
    package var mimeType: String
    package var base64: String
    /// What it shows, as image 0, patches.
    package var name: String
    /// With saes: whose scores it shows.
    package var sae: String?

    package init(mimeType: String, base64: String, name: String, sae: String? = nil) {
      self.mimeType = mimeType
      self.base64 = base64
      self.name = name
      self.sae = sae
    }
  }

  /// What was asked about, and its value.
  package struct TargetValue: Codable, Sendable, Equatable {
    package var value: Double
    /// The target with its very tokens spelt out.
    package var title: String
    /// The tokens that count as the answer; a sequence's, one after the other.
    package var answer: [Token]
    /// The tokens it is compared with; absent without a comparison.
    package var baseline: [Token]?
    /// The position whose logits are read; of a sequence, the first.
    package var position: Int

    package init(
      value: Double, title: String, answer: [Token], baseline: [Token]? = nil, position: Int
    ) {
      self.value = value
      self.title = title
      self.answer = answer
      self.baseline = baseline
      self.position = position
    }
  }

  package enum TextStyle: String, WireName {
    case png
    case html
  }

  package struct Token: Codable, Sendable, Equatable {
    package var id: Int
    package var text: String

    package init(id: Int, text: String) {
      self.id = id
      self.text = text
    }
  }

  /// The listed items' scores for each token of the target.
  package struct TokenTable: Codable, Sendable, Equatable {
    /// Empty where the target is not one token after the other.
    package var tokens: [Token]
    /// Each token's own log probability; of another target, its value.
    package var values: [Double]
    /// A row a token, a column an item.
    package var scores: [[Double]]

    package init(tokens: [Token], values: [Double], scores: [[Double]]) {
      self.tokens = tokens
      self.values = values
      self.scores = scores
    }
  }

  /// Scores checked by exact ablation: of the strongest, of those that a second method finds
  /// strongest, and of others drawn at random.
  package struct Verification: Codable, Sendable, Equatable {
    package var items: [Measured]
    /// How many were measured.
    package var n: Int
    /// Of predicted and measured; absent below eight pairs or without variance.
    package var pearson: Double?
    /// The rank correlation, likewise.
    package var spearman: Double?
    /// Σ predicted · measured / Σ predicted²: what a score must be multiplied by to be a fall.
    package var slope: Double?
    /// Of signsCounted, those with the other sign.
    package var wrongSigns: Int
    /// Pairs whose fall is more than a fiftieth of the largest.
    package var signsCounted: Int
    /// Why the scores should not be relied on; absent where nothing speaks against it.
    package var notReliable: [String]?

    package init(
      items: [Measured], n: Int, pearson: Double? = nil, spearman: Double? = nil,
      slope: Double? = nil, wrongSigns: Int, signsCounted: Int, notReliable: [String]? = nil
    ) {
      self.items = items
      self.n = n
      self.pearson = pearson
      self.spearman = spearman
      self.slope = slope
      self.wrongSigns = wrongSigns
      self.signsCounted = signsCounted
      self.notReliable = notReliable
    }
  }
}
