import FeatureIndex
import Images
import Indexing
import JSONRPC
import KernelProtocol
import Reports

extension FeatureRender: ShelfAnswerable {
  static func answer(_ params: Params, shelf: IndexShelf, call: Call) throws -> Result {
    let entry = try shelf.entry(named: params.index, autoencoder: params.feature.sae)
    let (store, latent) = (entry.store, params.feature.index)
    try entry.check(latent: latent)
    let view =
      try params.view.map { IndexView($0) }
      ?? store.strongestView(
        ofLatent: latent, ofPictures: params.montage != nil)
    let style = MaskStyle(
      params.style, interpolation: params.interpolation, level: params.level,
      side: params.size ?? (params.montage == nil ? nil : 256))
    try style.check(drawing: view)
    if view == .text, params.montage != nil {
      throw DomainError(.unsupportedTarget, "texts do not come as a montage")
    }
    let found = try store.exemplars(
      ofLatent: latent, view: view, ranking: (params.rankBy ?? .mean).value,
      offset: params.offset ?? 0, limit: params.topK ?? 5)
    var drawing = Drawing(
      painter: ExemplarPainter(store: store, limits: shelf.pictureLimits), style: style,
      params: params)
    for shown in found {
      guard !call.isCancelled else { throw CancellationError() }
      try drawing.add(shown)
    }
    return Result(
      index: entry.name, view: view.name, renderings: try drawing.renderings(),
      missing: drawing.missing.isEmpty ? nil : drawing.missing)
  }

  /// The exemplars that are drawn so far.
  private struct Drawing {
    let painter: ExemplarPainter
    let style: MaskStyle
    let params: Params
    private(set) var missing: [Missing] = []
    private var single: [Rendering] = []
    private var cells: [Images.Montage.Cell] = []

    init(painter: ExemplarPainter, style: MaskStyle, params: Params) {
      self.painter = painter
      self.style = style
      self.params = params
    }

    mutating func add(_ shown: ShownExemplar) throws {
      let exemplar = shown.exemplar
      func rendering(_ bytes: [UInt8], type: String) -> Rendering {
        Rendering(
          mimeType: type, base64: Base64.encode(bytes), name: shown.item.name,
          item: exemplar.item, score: Double(exemplar.score))
      }
      if exemplar.view == .text {
        let line = TokenLine(
          painter.tokens(shown).map {
            TokenLine.Token(
              text: $0.text, score: $0.activation, title: NumberText.significant($0.activation))
          })
        single.append(rendering(Array(line.html.utf8), type: "text/html"))
        return
      }
      do {
        let picture = try painter.drawn(shown, style: style)
        if params.montage == nil {
          single.append(rendering(try PNGEncoder.data(picture), type: "image/png"))
        } else {
          let score = NumberText.significant(Double(exemplar.score))
          cells.append(.init(picture: picture, caption: "\(score)  \(shown.item.name)"))
        }
      } catch let error as IndexPictureError {
        missing.append(
          Missing(item: exemplar.item, name: shown.item.name, message: error.description))
      }
    }

    func renderings() throws -> [Rendering] {
      guard let montage = params.montage, !cells.isEmpty else { return single }
      let drawn = try Images.Montage(
        cells, title: "feature \(params.feature.index)", columns: montage.columns,
        side: params.size ?? 256, background: montage.background == .dark ? .dark : .light
      ).drawn()
      return [
        Rendering(mimeType: "image/png", base64: Base64.encode(try PNGEncoder.data(drawn)))
      ]
    }
  }
}
