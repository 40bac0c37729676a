/// A map of scores over a picture as a drawing of its own, SVG that needs nothing beside itself.
package struct MapDocument {
  private let map: SessionReport.Map
  private let picture: SessionReport.Picture?

  package init(_ map: SessionReport.Map, pictures: [SessionReport.Picture]) {
    self.map = map
    picture = pictures.indices.contains(map.picture) ? pictures[map.picture] : nil
  }

  /// Nil where the picture cannot be shown.
  package var svg: String? {
    guard let content = picture?.content else { return nil }
    let scale = max(1, (320 / max(1, content.width)))
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(content.width * scale)" \
      height="\(content.height * scale)" viewBox="0 0 \(content.width) \(content.height)">\
      <style>.supports{fill:#c2412d}.opposes{fill:#2f6db5}image{image-rendering:pixelated}</style>\
      <image width="\(content.width)" height="\(content.height)" preserveAspectRatio="none" \
      href="\(HTMLText.dataURL(content.bytes, type: content.type))"/>\
      \(ScoreMap(map).cells)</svg>
      """
  }
}
