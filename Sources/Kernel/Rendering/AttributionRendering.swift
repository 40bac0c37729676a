import Images
import Interpretation
import KernelProtocol
import Models
import Reports

/// An attribution as pictures: a heat map over each picture of the prompt, a strip of its words.
struct AttributionRendering {
  private let open: OpenContext
  /// A score for each position.
  private let byPosition: [Float]

  init(_ open: OpenContext, byPosition: [Float]) {
    self.open = open
    self.byPosition = byPosition
  }

  /// The renderings that were asked for, pictures first.
  func drawn(_ wanted: AttributionCompute.Render) throws -> [AttributionCompute.Rendering] {
    var renderings: [AttributionCompute.Rendering] = []
    if let style = wanted.image {
      for (image, picture) in zip(open.context.prompt.images, open.pictures) {
        renderings.append(
          AttributionCompute.Rendering(
            mimeType: "image/png", base64: Base64.encode(try heatMap(image, picture, style)),
            name: open.context.partNames[image.part]))
      }
    }
    if let style = wanted.text {
      let strip = try tokenStrip()
      switch style {
      case .html:
        renderings.append(
          AttributionCompute.Rendering(
            mimeType: "text/html", base64: Base64.encode(Array(strip.html.utf8)), name: "text"))
      case .png:
        renderings.append(
          AttributionCompute.Rendering(
            mimeType: "image/png", base64: Base64.encode(try PNGEncoder.data(strip.picture())),
            name: "text"))
      }
    }
    return renderings
  }

  private func heatMap(
    _ image: PromptImage, _ picture: Picture, _ style: AttributionCompute.ImageStyle
  ) throws -> [UInt8] {
    let grids = try image.layout.scoreGrids(of: Array(byPosition[image.span]))
    let drawn = try HeatMap(grids).drawn(
      over: picture,
      style: HeatMapStyle(interpolation: style == .smooth ? .smooth : .patches))
    return try PNGEncoder.data(drawn)
  }

  /// The prompt's words with their scores; each picture is one word.
  private func tokenStrip() throws -> TokenStrip {
    let context = open.context
    var words: [TokenStrip.Token] = []
    var position = 0
    while position < context.tokenCount {
      if let index = context.prompt.image(at: position) {
        let span = context.prompt.images[index].span
        words.append(
          TokenStrip.Token(
            text: "[picture \(index)]", score: byPosition[span].reduce(0, +)))
        position = span.upperBound
      } else {
        words.append(
          TokenStrip.Token(
            text: open.text(ofToken: context.tokens[position]), score: byPosition[position]))
        position += 1
      }
    }
    return try TokenStrip(words)
  }
}

extension TokenStrip {
  /// A `div` that needs no style sheet.
  var html: String {
    TokenLine(
      tokens.map {
        TokenLine.Token(
          text: $0.text, score: Double($0.score), title: ScoreText.signed($0.score))
      }, scale: Double(scale)
    ).html
  }
}
