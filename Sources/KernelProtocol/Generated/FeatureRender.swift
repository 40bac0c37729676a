// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Pictures of the places where a latent is most active, what it does not see darkened.
///
/// Pictures are read again from where the index found them. One that has changed, by its digest, is
/// not drawn.
package enum FeatureRender: Request {
  package static let method = "feature/render"
  package static let lane = Lane.index

  package struct Params: Codable, Sendable, Equatable {
    package var feature: FeatureRef
    /// Absent: the index of the feature's autoencoder.
    package var index: String?
    /// Absent: the view where the latent's largest activation is, of equal ones the first; of
    /// pictures' views with a montage.
    package var view: String?
    /// Absent: mean.
    package var rankBy: FeatureExamples.Ranking?
    package var offset: Int?
    /// Absent: 5.
    package var topK: Int?
    /// Absent: dimmed.
    package var style: Style?
    /// Absent: patches; paper always smooths.
    package var interpolation: Interpolation?
    /// The brightness that is left to what is not active; absent: 0.2.
    package var level: Double?
    /// The longer side in pixels; absent: the picture's own, in a montage 256.
    package var size: Int?
    /// All in one picture.
    package var montage: Montage?

    package init(
      feature: FeatureRef, index: String? = nil, view: String? = nil,
      rankBy: FeatureExamples.Ranking? = nil, offset: Int? = nil, topK: Int? = nil,
      style: Style? = nil, interpolation: Interpolation? = nil, level: Double? = nil,
      size: Int? = nil, montage: Montage? = nil
    ) {
      self.feature = feature
      self.index = index
      self.view = view
      self.rankBy = rankBy
      self.offset = offset
      self.topK = topK
      self.style = style
      self.interpolation = interpolation
      self.level = level
      self.size = size
      self.montage = montage
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      feature = try members.decode(FeatureRef.self, forKey: .feature)
      index = try members.decodeIfPresent(String.self, forKey: .index)
      view = try members.decodeIfPresent(String.self, forKey: .view)
      rankBy = try members.decodeIfPresent(FeatureExamples.Ranking.self, forKey: .rankBy)
      offset = try members.optionalInteger(.offset, in: 0...Int.max)
      topK = try members.optionalInteger(.topK, in: 1...100)
      style = try members.decodeIfPresent(Style.self, forKey: .style)
      interpolation = try members.decodeIfPresent(Interpolation.self, forKey: .interpolation)
      level = try members.optionalNumber(.level, in: 0...1)
      size = try members.optionalInteger(.size, in: 16...2048)
      montage = try members.decodeIfPresent(Montage.self, forKey: .montage)
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    package var index: String
    package var view: String
    /// PNG of pictures, HTML of text, best first; a montage is one.
    package var renderings: [Rendering]
    /// Exemplars that could not be drawn: their pictures are gone, or no longer what they were.
    package var missing: [Missing]?

    package init(index: String, view: String, renderings: [Rendering], missing: [Missing]? = nil) {
      self.index = index
      self.view = view
      self.renderings = renderings
      self.missing = missing
    }
  }

  package enum Background: String, WireName {
    case light
    case dark
  }

  package enum Interpolation: String, WireName {
    case patches
    case smooth
  }

  /// An exemplar that could not be drawn: its picture is missing or has changed.
  package struct Missing: Codable, Sendable, Equatable {
    package var item: Int
    package var name: String
    package var message: String

    package init(item: Int, name: String, message: String) {
      self.item = item
      self.name = name
      self.message = message
    }
  }

  /// All in one picture.
  package struct Montage: Codable, Sendable, Equatable {
    /// Absent: 5 at most.
    package var columns: Int?
    /// Absent: light.
    package var background: Background?

    package init(columns: Int? = nil, background: Background? = nil) {
      self.columns = columns
      self.background = background
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      columns = try members.optionalInteger(.columns, in: 1...100)
      background = try members.decodeIfPresent(Background.self, forKey: .background)
    }
  }

  package struct Rendering: Codable, Sendable, Equatable {
    package var mimeType: String
    package var base64: String
    /// The entry of the corpus; absent for a montage.
    package var name: String?
    package var item: Int?
    package var score: Double?

    package init(
      mimeType: String, base64: String, name: String? = nil, item: Int? = nil, score: Double? = nil
    ) {
      self.mimeType = mimeType
      self.base64 = base64
      self.name = name
      self.item = item
      self.score = score
    }
  }

  package enum Style: String, WireName {
    /// the published pipeline's square tile, inactive patches at 31/255, smoothed.
    case paper
    /// inactive patches at level.
    case dimmed
    /// inactive patches black.
    case black
    /// each patch by its share of the strongest activation.
    case weighted
  }
}
