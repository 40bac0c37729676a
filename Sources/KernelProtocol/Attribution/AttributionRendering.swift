import JSONRPC

extension AttributionCompute {
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
