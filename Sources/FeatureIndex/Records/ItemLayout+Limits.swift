extension ItemLayout {
  /// The most views of a picture.
  private static let mostViews = 16
  /// The most bytes of a view's name.
  private static let nameBytes = 64

  /// What no picture's layout says, in words; nil where its numbers can be computed with.
  package var fault: String? {
    if views.count > Self.mostViews {
      return "\(views.count) views, expected \(Self.mostViews) or less"
    }
    var names: Set<String> = []
    var free = 0
    for view in views {
      if let fault = Self.fault(ofName: view.name) { return fault }
      guard names.insert(view.name).inserted else {
        return "two views named \"\(view.name)\", expected names apart"
      }
      if let fault = view.gridFault ?? mapFault(view, behind: &free) {
        return "the view \"\(view.name)\" \(fault)"
      }
    }
    if let tokens, !IndexLimits.pictureTokens.contains(tokens) {
      return "\(tokens) tokens, expected 0 to \(IndexLimits.pictureTokens.upperBound)"
    }
    return nil
  }

  /// What is wrong with the name of a picture's view.
  static func fault(ofName name: String) -> String? {
    if name == IndexView.text.name { return "a view named \"text\", which stands for no picture's" }
    guard !name.isEmpty, name.utf8.count <= nameBytes,
      name.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
    else {
      return "a view whose name has \(name.utf8.count) bytes, expected 1 to \(nameBytes) without "
        + "control characters"
    }
    return nil
  }

  /// - Parameter free: the first token behind the views before; then behind this one.
  private func mapFault(_ view: View, behind free: inout Int) -> String? {
    guard let map = view.map else { return nil }
    guard let tokens else { return "has a map, of a picture without a number of tokens" }
    guard (0...IndexLimits.gridPositions.upperBound).contains(map.separators),
      IndexLimits.pictureTokens.contains(map.firstToken)
    else {
      return "has \(map.separators) separators a row and the first token \(map.firstToken)"
    }
    let end = map.firstToken + view.rows * (view.columns + map.separators)
    guard map.firstToken >= free, end <= tokens else {
      return "has the tokens \(map.firstToken) to \(end), expected some of \(free) to \(tokens)"
    }
    free = end
    return map.rows.fault ?? map.columns.fault
  }
}

extension ItemLayout.View {
  fileprivate var gridFault: String? {
    guard IndexLimits.gridPositions.contains(rows), IndexLimits.gridPositions.contains(columns),
      IndexLimits.gridPositions.contains(rows * columns)
    else {
      return "has a grid of \(rows) × \(columns), expected "
        + "\(IndexLimits.gridPositions.upperBound) positions or less"
    }
    return nil
  }
}

extension ItemLayout.Axis {
  fileprivate var fault: String? {
    let longest = Double(IndexLimits.pictureSide.upperBound)
    guard IndexLimits.gridPositions.contains(first), run >= 1,
      IndexLimits.gridPositions.contains(run)
    else { return "has cells from \(first) in runs of \(run)" }
    if let sources, !(1...IndexLimits.gridPositions.upperBound).contains(sources) {
      return "has cells made from \(sources) others"
    }
    guard cell > 0, cell <= longest, gap >= 0, gap <= longest, scale > 0, scale <= longest,
      start >= -longest, start <= longest
    else {
      return
        "has cells of \(cell) pixels from \(start), \(gap) between runs, \(scale) times as many "
        + "of the picture"
    }
    return nil
  }
}
