/// A prompt ready for the model. Positions count expanded tokens: every token of a picture is one.
package struct Prompt: Sendable {
  /// The tokens, a picture's each being the image token, a video's the video token.
  package let tokens: [Int]
  /// Part by part the tokens that hold some of its characters or stand for its pixels. The
  /// template's own tokens belong to no part, and a token across two texts to the first of them.
  package let partSpans: [Range<Int>]
  /// The pictures and videos in the order of their parts.
  package let images: [PromptImage]
  /// The rendered text, with one placeholder for each picture or video.
  package let text: String

  /// The part that a token belongs to.
  package func part(at position: Int) -> Int? {
    partSpans.firstIndex { $0.contains(position) }
  }

  /// The picture that a token stands for, as an index into `images`.
  package func image(at position: Int) -> Int? {
    images.firstIndex { $0.span.contains(position) }
  }
}

/// A picture, or a video, within a prompt.
package struct PromptImage: Sendable {
  /// The index of its part.
  package let part: Int
  /// All its tokens.
  package let span: Range<Int>
  /// Its views, and which pixels of the given picture each token covers; its tokens count from
  /// `span`'s start.
  package let layout: PictureLayout
  /// What the tower sees.
  package let tiles: PictureTiles

  /// How many pictures it is made of: the frames of a video.
  package var pictureCount: Int { layout.isVideo ? layout.views.count : 1 }

  /// The tokens of one of its views, those that close rows included.
  package func span(of view: PictureView) -> Range<Int> {
    span.lowerBound + view.tokens.lowerBound..<span.lowerBound + view.tokens.upperBound
  }

  /// Its views as grids of the sequence's tokens.
  var grids: [RotaryPlaces.Grid] {
    layout.views.filter { $0.rows * $0.columns > 0 }.map {
      RotaryPlaces.Grid(
        first: span(of: $0).lowerBound, rows: $0.rows, columns: $0.columns)
    }
  }

  /// The tokens of the view of a name, those that close rows included; nil where it has none.
  package func span(ofView name: String) -> Range<Int>? {
    layout.view(named: name).map(span(of:))
  }
}
