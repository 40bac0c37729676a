import Images
import Interpretation
import KernelProtocol
import Models
import Reports

/// An attribution as pictures: a heat map over each picture of the prompt, one beside the other
/// over the frames of a video, and a strip of its words.
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
      for (image, pictures) in zip(open.context.prompt.images, open.pictures) {
        renderings.append(
          AttributionCompute.Rendering(
            mimeType: "image/png", base64: Base64.encode(try heatMap(image, pictures, style)),
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
    _ image: PromptImage, _ pictures: [Picture], _ style: AttributionCompute.ImageStyle
  ) throws -> [UInt8] {
    let grids = try image.layout.scoreGrids(of: Array(byPosition[image.span]))
    let style = HeatMapStyle(interpolation: style == .smooth ? .smooth : .patches)
    let drawn =
      image.layout.isVideo
      ? try frames(grids, pictures, style)
      : try HeatMap(grids).drawn(over: pictures[0], style: style)
    return try PNGEncoder.data(drawn)
  }

  /// A heat map over each frame of a video, by one scale.
  private func frames(
    _ grids: [ScoreGrid], _ pictures: [Picture], _ style: HeatMapStyle
  ) throws -> Picture {
    let strongest = grids.flatMap(\.scores).map(abs).max() ?? 0
    let scale = strongest > 0 ? strongest : 1
    var style = style
    style.drawsLegend = false
    style.minimumSide = Self.frameSide
    let cells = try zip(grids, pictures).enumerated().map { number, frame in
      Montage.Cell(
        picture: try HeatMap([frame.0], scale: scale).drawn(over: frame.1, style: style),
        caption: FrameView.name(number))
    }
    return try Montage(
      cells, title: "full red supports, full blue opposes by \(ScoreText.spelled(scale))",
      side: Self.frameSide
    ).drawn()
  }

  /// Pixels of a frame's longer side in a picture of several.
  private static let frameSide = 256

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
            text: context.prompt.images[index].layout.isVideo
              ? "[video \(index)]" : "[picture \(index)]", score: byPosition[span].reduce(0, +)))
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
