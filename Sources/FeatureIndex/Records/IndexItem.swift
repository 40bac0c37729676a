/// One prompt that an index has taken in: a picture, a text, or both.
package struct IndexItem: Sendable, Hashable {
  /// SHA-256 of the content (the picture's bytes and the text): items of equal content are one.
  package var digest: [UInt8]
  /// What its corpus calls it: a path relative to the folder, an archive's member, a line's number.
  package var name: String
  /// What the corpus says of its origin, such as the column `source`.
  package var source: String?
  /// Where the picture's bytes are found again; nil for text alone.
  package var picture: PictureLocation?
  /// The picture's size in pixels, as it is shown.
  package var width: Int
  package var height: Int
  /// The picture's views that are taken in; without any where there is no picture.
  package var layout: ItemLayout
  package var text: String?
  /// What each token of the text view adds to the text, in order; a character of several
  /// tokens comes with the last.
  package var tokens: [String]

  package init(
    digest: [UInt8], name: String, source: String? = nil, picture: PictureLocation? = nil,
    width: Int = 0, height: Int = 0, layout: ItemLayout = ItemLayout(), text: String? = nil,
    tokens: [String] = []
  ) {
    self.digest = digest
    self.name = name
    self.source = source
    self.picture = picture
    self.width = width
    self.height = height
    self.layout = layout
    self.text = text
    self.tokens = tokens
  }

  /// The positions of a view.
  package func positionCount(in view: IndexView) -> Int {
    view == .text ? tokens.count : layout.grid(of: view).count
  }
}

/// A grid of patches.
package struct GridSize: Sendable, Hashable, Codable {
  package var rows: Int
  package var columns: Int
  package var count: Int { rows * columns }

  package init(rows: Int = 0, columns: Int = 0) {
    self.rows = rows
    self.columns = columns
  }
}

/// Where the bytes of a picture lie.
package enum PictureLocation: Sendable, Hashable {
  /// A file, by its absolute path.
  case file(String)
  /// Part of a file, such as a member of an archive.
  case slice(path: String, offset: Int, length: Int)
  /// In the index itself.
  case stored([UInt8])
}

/// One entry of a corpus that was not taken in.
package struct SkippedItem: Sendable, Hashable {
  package enum Reason: String, Sendable, Hashable, CaseIterable {
    /// Content that the index has already.
    case duplicate
    /// No picture, or one that cannot be decoded or is refused.
    case unreadable
    /// A prompt that the model cannot take, such as one with too many tokens.
    case unusable
  }
  package var name: String
  package var reason: Reason
  /// What was wrong, in words.
  package var message: String

  package init(name: String, reason: Reason, message: String) {
    self.name = name
    self.reason = reason
    self.message = message
  }
}
