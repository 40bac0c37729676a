/// What a page tells of one feature, as plain values.
package struct FeatureReport: Sendable {
  package var latent: Int
  /// The autoencoder's name and its site, such as `resid_post.24`.
  package var autoencoder: String
  package var site: String
  /// What it is called; nil where nothing explains it yet.
  package var label: String?
  /// How well the label holds.
  package var labelScores: [LabelScore]
  package var views: [View]
  /// The name of the view that is shown first; nil for the first of them.
  package var opening: String?
  /// Pictures that exemplars show, by the key that they name.
  package var pictures: [Int: Shown]
  package var promoted: [Effect]
  package var suppressed: [Effect]
  package var neighbours: [Related]
  package var coactive: [Related]
  /// Newest first.
  package var explanations: [Explanation]
  /// What the figures hold for: names and values, such as digests.
  package var identity: [(name: String, value: String)]
  /// The address of the page that lists features, if there is one.
  package var overview: String?
  /// What could not be shown, in words.
  package var notes: [String]

  package init(latent: Int, autoencoder: String, site: String) {
    self.latent = latent
    self.autoencoder = autoencoder
    self.site = site
    labelScores = []
    views = []
    pictures = [:]
    promoted = []
    suppressed = []
    neighbours = []
    coactive = []
    explanations = []
    identity = []
    notes = []
  }

  /// A picture, once in the page however many exemplars show it.
  package struct Shown: Sendable {
    package var bytes: [UInt8]
    package var type: String
    /// The size that exemplars' regions are told in, in pixels.
    package var width: Int
    package var height: Int

    package init(bytes: [UInt8], type: String = "image/png", width: Int, height: Int) {
      self.bytes = bytes
      self.type = type
      self.width = width
      self.height = height
    }
  }

  /// How the feature is active in one of the parts of prompts that are counted apart.
  package struct View: Sendable {
    /// `base`, `tiles`, `text`.
    package var name: String
    package var statistics: Statistics
    package var rankings: [Ranking]

    package init(name: String, statistics: Statistics, rankings: [Ranking]) {
      self.name = name
      self.statistics = statistics
      self.rankings = rankings
    }
  }

  package struct Statistics: Sendable {
    /// Positions where it is active, of how many; items where it is active somewhere, of how many.
    package var active: Int
    package var positions: Int
    package var activeItems: Int
    package var items: Int
    package var mean: Double
    package var maximum: Double
    /// Activations that a share of the active positions do not exceed.
    package var quantiles: [(share: Double, value: Double)]
    package var histogram: [Bin]

    package init(
      active: Int, positions: Int, activeItems: Int, items: Int, mean: Double, maximum: Double,
      quantiles: [(share: Double, value: Double)], histogram: [Bin]
    ) {
      self.active = active
      self.positions = positions
      self.activeItems = activeItems
      self.items = items
      self.mean = mean
      self.maximum = maximum
      self.quantiles = quantiles
      self.histogram = histogram
    }
  }

  /// Activations from `lower` to below `upper`.
  package struct Bin: Sendable {
    package var lower: Double
    package var upper: Double
    package var count: Int

    package init(lower: Double, upper: Double, count: Int) {
      self.lower = lower
      self.upper = upper
      self.count = count
    }
  }

  package struct Ranking: Sendable {
    /// `mean`, `max`, `mass`.
    package var name: String
    /// Best first.
    package var exemplars: [Exemplar]

    package init(name: String, exemplars: [Exemplar]) {
      self.name = name
      self.exemplars = exemplars
    }
  }

  package struct Exemplar: Sendable {
    package var score: Double
    /// The largest activation in it.
    package var peak: Double
    package var name: String
    package var source: String?
    package var content: Content
    /// The picture that a text was asked about: a key of `pictures`.
    package var picture: Int?

    package init(
      score: Double, peak: Double, name: String, source: String?, content: Content,
      picture: Int? = nil
    ) {
      self.score = score
      self.peak = peak
      self.name = name
      self.source = source
      self.content = content
      self.picture = picture
    }
  }

  package enum Content: Sendable {
    /// - Parameters:
    ///   - picture: a key of `pictures`.
    ///   - veils: one pixel a patch, as opaque as it is to be dark: by activity and
    ///     by strength, as PNG.
    ///   - region: left, top, width and height of the veils in the picture's pixels.
    case picture(Int, veils: Veils, region: Region)
    /// Tokens with their activations.
    case text([(text: String, activation: Double)])
    /// Why it cannot be shown.
    case missing(String)
  }

  package struct Veils: Sendable {
    package var active: [UInt8]
    package var weighted: [UInt8]

    package init(active: [UInt8], weighted: [UInt8]) {
      self.active = active
      self.weighted = weighted
    }
  }

  package struct Region: Sendable {
    package var left: Double
    package var top: Double
    package var width: Double
    package var height: Double

    package init(left: Double, top: Double, width: Double, height: Double) {
      self.left = left
      self.top = top
      self.width = width
      self.height = height
    }
  }

  /// A token that the decoder row raises or lowers.
  package struct Effect: Sendable {
    package var token: String
    package var effect: Double

    package init(token: String, effect: Double) {
      self.token = token
      self.effect = effect
    }
  }

  /// Another feature.
  package struct Related: Sendable {
    package var latent: Int
    /// Cosine, or the Jaccard index of the tokens where both are active.
    package var score: Double
    package var label: String?
    package var labelScores: [LabelScore]
    package var address: String?

    package init(
      latent: Int, score: Double, label: String? = nil, labelScores: [LabelScore] = [],
      address: String? = nil
    ) {
      self.latent = latent
      self.score = score
      self.label = label
      self.labelScores = labelScores
      self.address = address
    }
  }

  package struct Explanation: Sendable {
    package var revision: Int
    /// `explained`, `uninterpretable`, `failed`.
    package var state: String
    package var text: String
    package var author: String
    package var method: String
    /// When, in words.
    package var date: String
    package var scores: [(kind: String, value: Double, baseline: Double?, count: Int)]

    package init(
      revision: Int, state: String, text: String, author: String, method: String, date: String,
      scores: [(kind: String, value: Double, baseline: Double?, count: Int)]
    ) {
      self.revision = revision
      self.state = state
      self.text = text
      self.author = author
      self.method = method
      self.date = date
      self.scores = scores
    }
  }
}
