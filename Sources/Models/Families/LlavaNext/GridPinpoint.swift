/// A canvas size that a picture may be tiled on; processor files write it height first.
package struct GridPinpoint: Hashable, Sendable {
  package let height: Int
  package let width: Int

  package init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  /// The canvas that keeps most of the picture, then wastes least; the first of equals
  /// (transformers, `select_best_resolution`). Nil when there are none.
  package static func bestResolution(
    width: Int, height: Int, among pinpoints: [GridPinpoint]
  ) -> GridPinpoint? {
    var best: (pinpoint: GridPinpoint, effective: Int, wasted: Int)?
    for pinpoint in pinpoints {
      let scale = min(
        Double(pinpoint.width) / Double(width), Double(pinpoint.height) / Double(height))
      let fitted = Int(Double(width) * scale) * Int(Double(height) * scale)
      let effective = min(fitted, width * height)
      let wasted = pinpoint.width * pinpoint.height - effective
      if let found = best,
        effective < found.effective || (effective == found.effective && wasted >= found.wasted)
      {
        continue
      }
      best = (pinpoint, effective, wasted)
    }
    return best?.pinpoint
  }
}
