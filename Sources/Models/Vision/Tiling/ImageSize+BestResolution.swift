import Checkpoints

extension ImageSize {
  /// The canvas that keeps most of a picture, then wastes least; the first of equals (transformers,
  /// `select_best_resolution`). nil when there are none.
  static func bestResolution(
    width: Int, height: Int, among pinpoints: [ImageSize]
  ) -> ImageSize? {
    var best: (pinpoint: ImageSize, effective: Int, wasted: Int)?
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
