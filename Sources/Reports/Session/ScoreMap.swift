/// A picture under the scores of its patches: red supports, blue opposes.
struct ScoreMap {
  /// The opacity of the strongest.
  private static let opacity = 0.78
  private static let cellLimit = 16_384

  let map: SessionReport.Map
  /// The score that is drawn in full: the map's own largest, since a token beside the picture is
  /// often far stronger than every patch.
  private let largest: Double

  init(_ map: SessionReport.Map) {
    self.map = map
    largest = map.cells.lazy.map { abs($0.score) }.filter(\.isFinite).max() ?? 0
  }

  /// - Parameter name: what the picture is called.
  func figure(_ picture: SessionReport.Picture, number: Int, of name: String) -> String {
    guard let content = picture.content else {
      return "<figure><p class=\"soft\">\(HTMLText.isolated(name, limit: 100)) is not in this "
        + "file, so that its map cannot be drawn.</p></figure>"
    }
    return """
      <figure class="map"><svg viewBox="0 0 \(content.width) \(content.height)" role="img" \
      aria-label="\(HTMLText.escaped(HTMLText.cut(name, limit: 100))): how much each patch \
      supports the answer">\
      <use href="#picture-\(number)"/>\(cells)</svg>
      <figcaption>\(HTMLText.isolated(name, limit: 100)), \
      \(HTMLText.isolated(map.view, limit: 40)): \(NumberText.grouped(map.cells.count)) patches, \
      the strongest \(NumberText.significant(largest))</figcaption></figure>
      """
  }

  /// Rectangles in the picture's pixels; what has no score is left out.
  var cells: String {
    map.cells.prefix(Self.cellLimit).compactMap { cell in
      let share = largest > 0 ? min(1, abs(cell.score) / largest) : 0
      guard share.isFinite, share > 0.0005 else { return nil }
      let side = cell.score < 0 ? "opposes" : "supports"
      return "<rect class=\"\(side)\" x=\"\(text(cell.left))\" y=\"\(text(cell.top))\" "
        + "width=\"\(text(max(0, cell.right - cell.left)))\" "
        + "height=\"\(text(max(0, cell.bottom - cell.top)))\" "
        + "fill-opacity=\"\(NumberText.fixed(Self.opacity * share, 3))\">"
        + "<title>\(NumberText.signed(cell.score, 3))</title></rect>"
    }.joined()
  }

  private func text(_ number: Double) -> String {
    number.isFinite ? NumberText.trimmed(number) : "0"
  }
}
