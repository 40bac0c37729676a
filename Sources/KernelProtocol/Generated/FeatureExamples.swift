// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// The places of an index's corpus where a latent is most active.
package enum FeatureExamples: Request {
  package static let method = "feature/examples"
  package static let lane = Lane.index

  package struct Params: Codable, Sendable, Equatable {
    package var feature: FeatureRef
    /// Absent: the index of the feature's autoencoder.
    package var index: String?
    /// Absent: the view where the latent's largest activation is, of equal ones the first.
    package var view: String?
    /// Absent: mean, the paper's.
    package var rankBy: Ranking?
    package var offset: Int?
    /// Absent: 5, the paper's.
    package var topK: Int?

    package init(
      feature: FeatureRef, index: String? = nil, view: String? = nil, rankBy: Ranking? = nil,
      offset: Int? = nil, topK: Int? = nil
    ) {
      self.feature = feature
      self.index = index
      self.view = view
      self.rankBy = rankBy
      self.offset = offset
      self.topK = topK
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      feature = try members.decode(FeatureRef.self, forKey: .feature)
      index = try members.decodeIfPresent(String.self, forKey: .index)
      view = try members.decodeIfPresent(String.self, forKey: .view)
      rankBy = try members.decodeIfPresent(Ranking.self, forKey: .rankBy)
      offset = try members.optionalInteger(.offset, in: 0...Int.max)
      topK = try members.optionalInteger(.topK, in: 0...Int.max)
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    package var index: String
    package var view: String
    package var rankBy: Ranking
    /// Best first.
    package var items: [Item]

    package init(index: String, view: String, rankBy: Ranking, items: [Item]) {
      self.index = index
      self.view = view
      self.rankBy = rankBy
      self.items = items
    }
  }

  package struct Image: Codable, Sendable, Equatable {
    /// The picture's file, or the archive that contains it; absent if the index holds its bytes.
    package var path: String?
    /// Where it lies in the archive.
    package var offset: Int?
    package var length: Int?
    /// Pixels, as it is shown.
    package var width: Int
    package var height: Int
    /// Rows and columns of patches in the view.
    package var grid: [Int]
    /// The picture's views that the index has taken in, in the order of their tokens.
    package var views: [PictureView]

    package init(
      path: String? = nil, offset: Int? = nil, length: Int? = nil, width: Int, height: Int,
      grid: [Int], views: [PictureView]
    ) {
      self.path = path
      self.offset = offset
      self.length = length
      self.width = width
      self.height = height
      self.grid = grid
      self.views = views
    }
  }

  package struct Item: Codable, Sendable, Equatable {
    /// The entry's number in the index.
    package var item: Int
    package var name: String
    package var source: String?
    package var score: Double
    /// Of pictures.
    package var image: Image?
    /// Of text: the number of the span in its text.
    package var span: Int?
    package var tokens: [String]?
    /// Where the latent is active, in order.
    package var positions: [Position]

    package init(
      item: Int, name: String, source: String? = nil, score: Double, image: Image? = nil,
      span: Int? = nil, tokens: [String]? = nil, positions: [Position]
    ) {
      self.item = item
      self.name = name
      self.source = source
      self.score = score
      self.image = image
      self.span = span
      self.tokens = tokens
      self.positions = positions
    }
  }

  package struct Position: Codable, Sendable, Equatable {
    /// In the view's grid, row by row, or in the span.
    package var position: Int
    package var value: Double
    /// The pixels of the picture under it.
    package var box: Box?

    package init(position: Int, value: Double, box: Box? = nil) {
      self.position = position
      self.value = value
      self.box = box
    }
  }

  /// What the activations a in a view of n positions are reduced to.
  package enum Ranking: String, WireName {
    /// max a.
    case max
    /// sum a / n, over all positions of the view.
    case mean
    /// sum a.
    case mass
  }
}
