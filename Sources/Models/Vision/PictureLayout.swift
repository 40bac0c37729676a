package import Images

/// How a picture becomes tokens, whatever the family: its views, in the order of their tokens, and
/// the pixels under each of them. A value: it needs no model once it is made.
package struct PictureLayout: Sendable, Equatable {
  /// Width of the given picture in pixels.
  package let pictureWidth: Int
  /// Height of the given picture in pixels.
  package let pictureHeight: Int
  /// The views in the order of their tokens; the first shows the whole picture, of a video each
  /// the whole of one frame.
  package let views: [PictureView]
  /// All tokens of the picture, those of no view included.
  package let tokenCount: Int
  /// Whether it is of a video: each view shows one of its frames, pictures of the same size.
  package let isVideo: Bool

  package init(
    pictureWidth: Int, pictureHeight: Int, views: [PictureView], tokenCount: Int,
    isVideo: Bool = false
  ) {
    self.isVideo = isVideo
    self.pictureWidth = pictureWidth
    self.pictureHeight = pictureHeight
    self.views = views
    self.tokenCount = tokenCount
  }

  /// One cell of a view.
  package struct Cell: Sendable, Hashable {
    /// An index into `views`.
    package let view: Int
    package let row: Int
    package let column: Int

    package init(view: Int, row: Int, column: Int) {
      self.view = view
      self.row = row
      self.column = column
    }
  }

  /// The number of the frame that a view shows, from 0; nil where that is the picture itself.
  package func frame(of view: PictureView) -> Int? {
    isVideo ? views.firstIndex { $0.name == view.name } : nil
  }

  /// nil for a name that none of its views has.
  package func view(named name: String) -> PictureView? { views.first { $0.name == name } }

  /// The cell that the picture's `token`-th token stands for; nil for one without pixels, and out
  /// of range.
  package func cell(ofToken token: Int) -> Cell? {
    for (index, view) in views.enumerated() {
      if let cell = view.cell(ofToken: token) {
        return Cell(view: index, row: cell.row, column: cell.column)
      }
    }
    return nil
  }

  /// The pixels of the picture under a cell of a view, clipped to the picture. nil for a cell of
  /// nothing but padding, and for one that the view does not have.
  package func box(in view: PictureView, row: Int, column: Int) -> PixelBox? {
    view.box(row: row, column: column)?.intersection(
      PixelBox(left: 0, top: 0, right: Double(pictureWidth), bottom: Double(pictureHeight)))
  }

  /// The pixels of the picture under its `token`-th token, clipped to the picture. nil for a token
  /// without pixels, a cell of nothing but padding, and out of range.
  package func box(ofToken token: Int) -> PixelBox? {
    cell(ofToken: token).flatMap { box(in: views[$0.view], row: $0.row, column: $0.column) }
  }

  /// The tokens of one view whose pixels meet `box`, in order.
  package func tokens(of view: PictureView, touching box: PixelBox) -> [Int] {
    view.tokens.filter { self.box(ofToken: $0)?.intersection(box) != nil }
  }
}
