package import JSONRPC

/// How much each active latent supports a target.
///
/// score(t, j) = z_tj · (W_dec[j] · g_t), with g_t the gradient of the target at position t: to first
/// order the fall of the target when the latent is set to zero there. Positive supports the answer.
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
    package var method: Method
    /// Points of `integratedGradients`; absent: 16.
    package var steps: Int?
    /// Absent: the whole context.
    package var region: Region?
    /// Items to list; absent: 20.
    package var topK: Int?
    /// Absent: `none`.
    package var aggregate: Aggregate?
    package var splice: Splice?
    /// How many of the highest items to measure by exact ablation as well.
    package var verify: Int?
    package var render: Render?

    package init(
      context: String, version: Int? = nil, sae: String, target: Target, method: Method,
      steps: Int? = nil, region: Region? = nil, topK: Int? = nil, aggregate: Aggregate? = nil,
      splice: Splice? = nil, verify: Int? = nil, render: Render? = nil
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
      self.verify = verify
      self.render = render
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      context = try members.decode(String.self, forKey: .context)
      version = try members.optionalInteger(.version, in: Bounds.size)
      sae = try members.decode(String.self, forKey: .sae)
      target = try members.decode(Target.self, forKey: .target)
      method = try members.decode(Method.self, forKey: .method)
      steps = try members.optionalInteger(.steps, in: Bounds.size)
      region = try members.decodeIfPresent(Region.self, forKey: .region)
      topK = try members.optionalInteger(.topK, in: Bounds.count)
      aggregate = try members.decodeIfPresent(Aggregate.self, forKey: .aggregate)
      splice = try members.decodeIfPresent(Splice.self, forKey: .splice)
      verify = try members.optionalInteger(.verify, in: Bounds.count)
      render = try members.decodeIfPresent(Render.self, forKey: .render)
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    package var target: TargetValue
    /// By descending score.
    package var items: [Item]
    package var byPart: [PartScore]
    package var completeness: Completeness
    package var verification: Verification?
    package var renderings: [Rendering]?
    package var method: Method
    package var splice: Splice
    /// Seconds.
    package var elapsed: Double
    /// With method `ablation`: how many candidates were measured.
    package var coverage: Coverage?
    /// With method `integratedGradients`: the target's fall between the two ends of the path.
    package var endpointDifference: Double?

    package init(
      target: TargetValue, items: [Item], byPart: [PartScore], completeness: Completeness,
      verification: Verification? = nil, renderings: [Rendering]? = nil, method: Method,
      splice: Splice, elapsed: Double, coverage: Coverage? = nil,
      endpointDifference: Double? = nil
    ) {
      self.target = target
      self.items = items
      self.byPart = byPart
      self.completeness = completeness
      self.verification = verification
      self.renderings = renderings
      self.method = method
      self.splice = splice
      self.elapsed = elapsed
      self.coverage = coverage
      self.endpointDifference = endpointDifference
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

  package enum Method: String, WireName {
    /// One pullback.
    case gradient
    /// The gradient averaged on the way from no latent to all.
    case integratedGradients
    /// The rest of the model run again without each latent.
    case ablation
  }

  /// What scores are added up over.
  package enum Aggregate: String, WireName { case none, feature, token, part }

  package struct TargetValue: Codable, Sendable, Equatable {
    package var value: Double

    package init(value: Double) {
      self.value = value
    }
  }

  /// What is summed over is absent.
  package struct Item: Codable, Sendable, Equatable {
    package var feature: FeatureRef?
    package var position: Int?
    package var part: String?
    package var activation: Double?
    package var score: Double

    package init(
      feature: FeatureRef? = nil, position: Int? = nil, part: String? = nil,
      activation: Double? = nil, score: Double
    ) {
      self.feature = feature
      self.position = position
      self.part = part
      self.activation = activation
      self.score = score
    }
  }

  package struct PartScore: Codable, Sendable, Equatable {
    package var part: String
    package var score: Double

    package init(part: String, score: Double) {
      self.part = part
      self.score = score
    }
  }

  /// The shares of total = Σ x·g: latents, decoder bias and what the autoencoder leaves out.
  package struct Completeness: Codable, Sendable, Equatable {
    package var sum: Double
    package var bias: Double
    package var errorTerm: Double
    package var total: Double

    package init(sum: Double, bias: Double, errorTerm: Double, total: Double) {
      self.sum = sum
      self.bias = bias
      self.errorTerm = errorTerm
      self.total = total
    }
  }

  package struct Verification: Codable, Sendable, Equatable {
    package var items: [Measured]
    /// Absent where it is not defined.
    package var pearson: Double?

    package init(items: [Measured], pearson: Double? = nil) {
      self.items = items
      self.pearson = pearson
    }
  }

  package struct Measured: Codable, Sendable, Equatable {
    package var feature: FeatureRef
    package var position: Int?
    package var predicted: Double
    package var measured: Double

    package init(feature: FeatureRef, position: Int? = nil, predicted: Double, measured: Double) {
      self.feature = feature
      self.position = position
      self.predicted = predicted
      self.measured = measured
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

  package enum ImageStyle: String, WireName {
    /// Each token's pixels in one colour.
    case patches
    /// Interpolated between tokens.
    case smooth
  }

  package enum TextStyle: String, WireName { case png, html }

  package struct Rendering: Codable, Sendable, Equatable {
    package var mimeType: String
    package var base64: String
    /// What it shows, as `image 0, patches`.
    package var name: String

    package init(mimeType: String, base64: String, name: String) {
      self.mimeType = mimeType
      self.base64 = base64
      self.name = name
    }
  }
}
